/*
 * fake_http.h - the script's side of the HTTP servers of a scene. fake_http.c implements base/http_client.h by its
 * contract; link it instead of src/base/http_client.c. A server is what stands at the end of a URL: its last word.
 */
#ifndef SCENE_FAKE_HTTP_H
#define SCENE_FAKE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

struct fake_answer {
	bool silent, refuses; /* never answers; no connection */
	int status;
	const char *type, *body;
	int64_t after_ms;
	long times; /* so often, then the next one given; 0: for ever */
};

void fake_http_start(void); /* no server has been told anything: each answers 200 with nothing */
void fake_http_stop(void);
/* The server's next answers, behind those that it was told before and has not given. */
void fake_http_tell(const char *server, const struct fake_answer *answer);
/* The oldest request to a server that has not been taken; NULL: none. Good until the next call. */
struct fake_asked {
	const char *body, *id, *signature;
};
const struct fake_asked *fake_http_take(const char *server);

#endif
