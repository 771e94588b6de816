/*
 * process.h - what the kernel knows about this process.
 */
#ifndef NOC_PROCESS_H
#define NOC_PROCESS_H

#include <stdint.h>

struct process {
	int pid;
	uint64_t cpu_us;   /* user and system */
	uint64_t resident; /* octets */
	uint64_t open_fds, max_fds;
	uint64_t start_us; /* UTC us since 1970 */
};

/* All but the open files. What cannot be read is 0. */
void process_read(struct process *p);
/* open_fds and max_fds. Linux knows how many since 6.2, and tells it as the size of the folder; before, each is asked
 * for. */
void process_read_files(struct process *p);
/* That way: 1 ms for ten thousand, where reading the folder takes 10. */
uint64_t process_ask_files(void);

#endif
