/*
 * api.c - what both pages of the dashboard write alike.
 */
#include "noc/api.h"

void api_ratio(struct json *j, const char *key, uint64_t delivered, uint64_t failed)
{
	if (delivered + failed == 0)
		json_text(j, key, NULL);
	else
		json_real(j, key, (double)delivered / (double)(delivered + failed));
}
