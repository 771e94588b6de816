/*
 * replay.c - runs a fuzz target without a fuzzer: feeds it every file of the directories that are given, and ends with
 * "N passed, N failed, N skipped". The target aborts on a fault, which is why each file is tried in a process of its
 * own; the sanitizers report as usual. Knows no target but by its entry point.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int passed, failed, skipped;

/* The octets of a file in a block of exactly its size, so that a step past the end is seen; NULL with errno. */
static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;

	if (!f)
		return NULL;
	if (fstat(fileno(f), &st) == 0) {
		*size = (size_t)st.st_size;
		data = malloc(*size ? *size : 1);
	}
	if (data && fread(data, 1, *size, f) != *size) {
		free(data);
		data = NULL;
	}
	fclose(f);
	return data;
}

static void replay_file(const char *path)
{
	size_t size = 0;
	uint8_t *data = read_file(path, &size);
	int status = 0;
	pid_t pid;

	if (!data) {
		printf("FAILED: %s: %s\n", path, strerror(errno));
		failed++;
		return;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int verdict = LLVMFuzzerTestOneInput(data, size);

		free(data);
		exit(verdict != 0);
	}
	free(data);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		passed++;
		return;
	}
	printf("FAILED: %s: wait status 0x%x\n", path, (unsigned)status);
	failed++;
}

static void replay_directory(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort), before = passed + failed;

	if (n < 0) {
		printf("FAILED: %s: %s\n", path, strerror(errno));
		failed++;
		return;
	}
	for (int i = 0; i < n; i++) {
		char file[4096];

		if (names[i]->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
			replay_file(file);
		}
		free(names[i]);
	}
	free(names);
	if (passed + failed == before) {
		printf("skipped: %s has no files\n", path);
		skipped++;
	}
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s DIRECTORY...\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++)
		replay_directory(argv[i]);
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
