/*
 * dashboard.c - the dashboard as a document to serve: what its browser may load and run is the page itself, by hash.
 * Must not know what the page shows.
 */
#include "noc/dashboard.h"

#include <stdio.h>

#include "noc/dashboard_page.h"

const struct http_document *dashboard_document(void)
{
	static char policy[512];
	static struct http_document document;

	snprintf(policy, sizeof(policy),
		 "default-src 'none'; style-src %s; script-src %s; img-src data:; connect-src 'self'; "
		 "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		 dashboard_style_hash, dashboard_script_hash);
	document = (struct http_document){
		.type = "text/html; charset=utf-8",
		.policy = policy,
		.etag = dashboard_etag,
		.body = dashboard_body,
		.length = dashboard_length,
		.help = "the dashboard, for a browser",
	};
	return &document;
}
