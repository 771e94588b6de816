/*
 * dashboard_page.h - the dashboard as make has put it together from src/noc/page: octets and what they hash to.
 */
#ifndef NOC_DASHBOARD_PAGE_H
#define NOC_DASHBOARD_PAGE_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t dashboard_body[];
extern const size_t dashboard_length;
extern const char dashboard_etag[];				   /* in double quotes */
extern const char dashboard_style_hash[], dashboard_script_hash[]; /* as Content-Security-Policy takes them */

#endif
