/*
 * dashboard.h - the page at / of the stats port: HTML, style and script in one document that loads nothing else and
 * asks only /api/now and /api/history of the gateway that has served it.
 */
#ifndef NOC_DASHBOARD_H
#define NOC_DASHBOARD_H

#include "noc/http.h"

/* The same document for the life of the process. */
const struct http_document *dashboard_document(void);

#endif
