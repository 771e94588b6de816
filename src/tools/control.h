/*
 * control.h - a unix socket that takes command lines and answers each: for tests and people, beside the program's
 * work.
 */
#ifndef TOOLS_CONTROL_H
#define TOOLS_CONTROL_H

#include "base/buf.h"
#include "base/loop.h"

struct control;
/*
 * on_line: one line without its newline, may be changed; the answer goes into out with its newline. Several lines may
 * come over one connection. NULL with errno when path cannot be listened on.
 */
struct control *control_open(struct loop *loop, const char *path,
			     void (*on_line)(char *line, struct buf *out, void *arg), void *arg);
void control_close(struct control *c); /* ends the connections and removes the socket */

#endif
