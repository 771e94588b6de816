/*
 * fuzz_conf.c - any octets as the daemon's configuration file, through every section's table and check. A line of eight
 * dashes parts two files: the second one is what a reload finds.
 *
 * What must hold: settings or faults, never both; each fault names the file; read twice it is the same; what cannot
 * take effect at a reload is carried over, after which no difference is left that needs a start.
 */
#include "quiet.h"
#include "scratch.h"
#include "settings.h"

#define SIZE_MAX_IN 4096u

/* libconfig 1.5 loses its buffer when an @include behind a broken line fails. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

static void check_faults(const char *errors, const char *file)
{
	size_t n = strlen(file);
	MUST(errors && *errors);
	for (const char *line = errors, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		MUST(end && end > line);
		MUST((strncmp(line, file, n) == 0 && line[n] == ':') || strstr(line, ": "));
	}
}

static bool read_settings(const char *file, struct settings *out)
{
	char *errors = NULL;
	if (settings_read(file, true, out, &errors) == 0) {
		MUST(!errors);
		settings_warn(out, &errors);
		free(errors);
		return true;
	}
	check_faults(errors, file);
	free(errors);
	return false;
}

static void no_change(const struct conf_change *c, void *arg)
{
	(void)arg;
	fprintf(stderr, "changed: %s\n", c->text);
}

static void no_restart(const struct conf_change *c, void *arg)
{
	(void)arg;
	MUST(c->text && *c->text);
	MUST(!c->restart || !c->row);
}

/* Devices and the like would be read for ever, and are no text of the configuration's. */
static bool reads_others(const uint8_t *p, size_t n)
{
	return memmem(p, n, "/dev", 4) || memmem(p, n, "/proc", 5) || memmem(p, n, "/sys", 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings first = {0}, second = {0};
	const uint8_t *more = size > 0 ? memmem(data, size, "--------\n", 9) : NULL;
	size_t n = more ? (size_t)(more - data) : size;
	if (size > SIZE_MAX_IN || (size > 0 && reads_others(data, size)))
		return 0;
	be_quiet();
	const char *file = scratch_file("gw.conf", data, n);
	if (!read_settings(file, &first))
		return 0;
	MUST(read_settings(file, &second));
	MUST(conf_diff(first.conf, second.conf, no_change, NULL) == 0);
	settings_free(&second);
	if (more && read_settings(scratch_file("next.conf", more + 9, size - n - 9), &second)) {
		settings_carry(&second, &first);
		(void)conf_diff(first.conf, second.conf, no_restart, NULL);
		settings_free(&second);
	}
	settings_free(&first);
	return 0;
}
