/*
 * make_page.c - run by make: puts the sources of the dashboard together to one HTML page and prints it as C, with the
 * hashes by which the browser is told what may run. Knows no content.
 *
 * usage: make_page INDEX.html FILE.css... FILE.js...
 * The line "@styles@" of the index becomes the style sheets, "@scripts@" the scripts, in the order given.
 */
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE_MAX   1000000u /* octets of the page */
#define DIGEST_SIZE 32u
#define BASE64_SIZE 48u /* of a digest, with its end */

struct piece {
	char text[PIECE_MAX];
	size_t n;
};
static struct piece styles, scripts, page;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	fputs("make_page: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void add(struct piece *p, const char *text, size_t n)
{
	if (n >= PIECE_MAX - p->n)
		die("the page is larger than %u octets", PIECE_MAX);
	memcpy(p->text + p->n, text, n);
	p->n += n;
	p->text[p->n] = '\0';
}

static void add_file(struct piece *p, const char *path)
{
	char chunk[4096];
	size_t n;
	FILE *f = fopen(path, "r");

	if (!f)
		die("cannot read %s", path);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		add(p, chunk, n);
	if (ferror(f))
		die("cannot read %s to its end", path);
	fclose(f);
}

static bool ends_in(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n > m && strcmp(path + n - m, suffix) == 0;
}

static void put(struct piece *to, const char *open, const struct piece *inner, const char *close)
{
	if (strstr(inner->text, "</s"))
		die("a source holds \"</s\", which would end its element");
	add(to, open, strlen(open));
	add(to, inner->text, inner->n);
	add(to, close, strlen(close));
}

static void assemble(const char *index)
{
	static struct piece frame;
	const char *style_at, *script_at;

	add_file(&frame, index);
	style_at = strstr(frame.text, "@styles@");
	script_at = strstr(frame.text, "@scripts@");
	if (!style_at || !script_at || script_at < style_at)
		die("%s has no @styles@ and, after it, @scripts@", index);
	const char *rest = script_at + strlen("@scripts@");
	add(&page, frame.text, (size_t)(style_at - frame.text));
	put(&page, "<style>", &styles, "</style>");
	style_at += strlen("@styles@");
	add(&page, style_at, (size_t)(script_at - style_at));
	put(&page, "<script>", &scripts, "</script>");
	add(&page, rest, strlen(rest));
}

static void digest(const struct piece *p, unsigned char out[DIGEST_SIZE])
{
	unsigned n = 0;

	if (EVP_Digest(p->text, p->n, out, &n, EVP_sha256(), NULL) != 1 || n != DIGEST_SIZE)
		die("SHA-256 is not there");
}

static void print_hash(const char *name, const struct piece *p)
{
	unsigned char d[DIGEST_SIZE], text[BASE64_SIZE];

	digest(p, d);
	EVP_EncodeBlock(text, d, DIGEST_SIZE);
	printf("const char %s[] = \"'sha256-%s'\";\n", name, (const char *)text);
}

int main(int argc, char **argv)
{
	unsigned char d[DIGEST_SIZE];

	if (argc < 2 || !ends_in(argv[1], ".html"))
		die("usage: make_page INDEX.html FILE.css... FILE.js...");
	for (int i = 2; i < argc; i++)
		add_file(ends_in(argv[i], ".css") ? &styles : &scripts, argv[i]);
	assemble(argv[1]);
	printf("/* Made by src/noc/page/make_page.c. */\n#include \"noc/dashboard_page.h\"\n\n");
	print_hash("dashboard_style_hash", &styles);
	print_hash("dashboard_script_hash", &scripts);
	digest(&page, d);
	printf("const char dashboard_etag[] = \"\\\"");
	for (size_t i = 0; i < 8; i++)
		printf("%02x", d[i]);
	printf("\\\"\";\nconst size_t dashboard_length = %zu;\nconst uint8_t dashboard_body[] = {", page.n);
	for (size_t i = 0; i < page.n; i++)
		printf("%s%u,", i % 24 == 0 ? "\n\t" : "", (unsigned char)page.text[i]);
	printf("\n};\n");
	return ferror(stdout) || fflush(stdout) != 0;
}
