/*
 * fuzz_menu.c - any octets as the rows of menus and as the replies of a phone user. Lines up to a blank one are rows:
 * "MENU|NODE|PARENT|KEY|START|TEXT|MISSING"; the lines behind it are replies, a place as it was stored behind an "@",
 * values for texts behind "=".
 *
 * What must hold: a place that is printed is found again; a text is whole, UTF-8 when its row is, and no longer than it
 * may be; faults are words.
 */
#include <string.h>

#include "base/text.h"
#include "must.h"
#include "path/menu.h"

#define ROWS 24u

static struct menu_conf rows[ROWS];
static char *keys[ROWS][2];
static char line_text[ROWS][7][160];
static size_t rows_n;

static struct view next_line(struct view *rest)
{
	const uint8_t *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct view line = take_view(rest, end ? (uint32_t)(end - rest->p) : rest->n);
	(void)take_octet(rest);
	return line;
}

static void read_row(struct view line)
{
	static char empty[] = "", account[] = "bank";
	char(*t)[160] = line_text[rows_n];
	for (int i = 0; i < 7; i++) {
		const uint8_t *end = line.n > 0 ? memchr(line.p, '|', line.n) : NULL;
		struct view field = take_view(&line, end ? (uint32_t)(end - line.p) : line.n);
		(void)take_octet(&line);
		size_t n = text_cut((const char *)field.p, field.n, sizeof(t[i]) - 1);
		if (n > 0)
			memcpy(t[i], field.p, n);
		t[i][n] = '\0';
	}
	keys[rows_n][0] = t[4];
	rows[rows_n] = (struct menu_conf){.where = {"menus", (int)rows_n + 1},
					  .menu = t[0],
					  .account = rows_n % 3 == 2 ? account : empty,
					  .source = empty,
					  .node = t[1],
					  .parent = t[2],
					  .key = t[3],
					  .start = {keys[rows_n], *t[4] != '\0'},
					  .action = (uint8_t)t[5][0] % 7,
					  .text = t[5],
					  .missing = t[6],
					  .unknown = empty,
					  .webhook = empty,
					  .fallback = empty,
					  .end = t[5][0] & 8};
	rows_n++;
}

static void expand(const struct menu_conf *row, struct view value)
{
	char out[MENU_TEXT_MAX];
	struct menu_values have = {0};
	struct view name;
	while (menu_next_name(row, &have, &name)) {
		MUST(name.p >= (const uint8_t *)row->text && have.n < MENU_VALUES);
		menu_put_value(&have, value.n > 0, value);
	}
	if (!menu_expand(row, &have, out))
		return;
	MUST(strlen(out) < sizeof(out));
	if (text_valid(row->text, strlen(row->text)) && text_valid((const char *)value.p, value.n) &&
	    text_valid(row->missing, strlen(row->missing)))
		MUST(text_valid(out, strlen(out)));
}

static void on_key(void *arg, const struct menu_conf *row, const char *key)
{
	MUST(row >= rows && row < rows + rows_n && key);
	++*(unsigned *)arg;
}

static void reply(const struct menus *m, const struct menu_conf **at, unsigned *wrong, struct view text)
{
	char place[MENU_PLACE_MAX];
	struct menu_move move = menus_move(m, "bank", "10690001", *at, *wrong, text);
	MUST((move.step == MENU_ENTER) <= (move.node != NULL) && move.wrong <= MENU_WRONG_MAX + 1);
	if (move.node && !menu_fault(move.node))
		expand(move.node, text);
	*at = move.place;
	*wrong = move.wrong;
	if (!move.place || !*move.place->node)
		return;
	menu_print_place(move.place, move.wrong, place);
	MUST(strlen(place) < sizeof(place));
	unsigned again = 0;
	const struct menu_conf *found = menus_place(m, "bank", "10690001", view_of(place), &again);
	MUST(!found || (again == move.wrong && strcmp(found->node, move.place->node) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char back[] = "0", repeat[] = "*", *back_at[] = {back}, *repeat_at[] = {repeat};
	static const struct conf_list backs = {back_at, 1}, repeats = {repeat_at, 1};
	static const struct menu_words words = {&backs, &repeats};
	struct view rest = {data, (uint32_t)size};
	char *errors = NULL;
	unsigned n = 0, wrong = 0;
	if (size > 4096)
		return 0;
	for (rows_n = 0; rows_n < ROWS && rest.n > 0;) {
		struct view line = next_line(&rest);
		if (line.n == 0)
			break;
		read_row(line);
	}
	bool good = menus_check(rows, rows_n, &errors);
	MUST(good == (errors == NULL));
	free(errors);
	struct menus *m = menus_new(rows, rows_n, &words);
	const struct menu_conf *at = NULL;
	menus_each_key(m, on_key, &n);
	while (rest.n > 0) {
		struct view line = next_line(&rest);
		if (line.n > 0 && *line.p == '@')
			at = menus_place(m, "bank", "10690001", (struct view){line.p + 1, line.n - 1}, &wrong);
		else
			reply(m, &at, &wrong, line);
	}
	menus_free(m);
	return 0;
}
