/*
 * json_put.c - the less common of json_put.h: escapes, characters of several octets, dates. Must not know what is
 * written.
 */
#include "base/json_put.h"

#include "base/text.h"

#define DAY_S 86400

const bool json_plain[256] = {
	[' '] = true,
	['!'] = true,
	['#' ... '['] = true,
	[']' ... '~'] = true,
};

const char json_pairs[201] =
	"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
	"5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static char *put_escape(char *p, uint8_t c)
{
	static const char hex[] = "0123456789abcdef", from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
	const char *at = c ? strchr(from, c) : NULL;
	*p++ = '\\';
	if (at) {
		*p++ = to[at - from];
		return p;
	}
	p = JSON_PUT(p, "u00");
	*p++ = hex[c >> 4];
	*p++ = hex[c & 15];
	return p;
}

char *json_put_rest(char *p, const char *s, size_t n, size_t at)
{
	while (at < n) {
		size_t from = at;
		int32_t c = text_get(s, n, &at);
		if (c >= 0x80)
			p = json_put(p, s + from, at - from);
		else if (c < 0)
			p = JSON_PUT(p, "\xEF\xBF\xBD");
		else if (json_plain[c])
			*p++ = (char)c;
		else
			p = put_escape(p, (uint8_t)c);
	}
	return p;
}

/* Days to a date: Howard Hinnant's way. */
void json_second(int64_t second, int64_t east, char text[JSON_SECOND])
{
	int64_t local = second + east, days = local / DAY_S + 719468, era = days / 146097;
	unsigned of_day = (unsigned)(local % DAY_S);
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;
	char *p = json_put_digits(text, yoe + (uint64_t)era * 400 + (month <= 2), 4);
	*p++ = '-';
	p = json_put_digits(p, month, 2);
	*p++ = '-';
	p = json_put_digits(p, doy - (153 * mp + 2) / 5 + 1, 2);
	*p++ = 'T';
	p = json_put_digits(p, of_day / 3600, 2);
	*p++ = ':';
	p = json_put_digits(p, of_day / 60 % 60, 2);
	*p++ = ':';
	json_put_digits(p, of_day % 60, 2);
}
