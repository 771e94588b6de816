# tests/scene/local.mk - scenes: the real path against a simulated network, store and clock. make check plays those of
# tests/scene/scenes; scripts/test also plays random ones (tests/scene/random).
#
# wire.c and wire_conn.c take the place of link/conn.c and listener.c, fake_redis.c that of base/redis.c, fake_http.c that of base/http_client.c: their symbols come
# first on the link line, so that the libraries' members of the same name are not taken in. Only this program links Lua:
# fake_script.c runs the scripts that Redis would run.

check_PROGRAMS += tests/scene/scene
tests_scene_scene_SOURCES = \
	tests/scene/app.c tests/scene/app.h \
	tests/scene/fake_data.c tests/scene/fake_data.h \
	tests/scene/fake_http.c tests/scene/fake_http.h \
	tests/scene/fake_keys.c tests/scene/fake_keys.h \
	tests/scene/fake_redis.c tests/scene/fake_redis.h \
	tests/scene/fake_reply.c tests/scene/fake_reply.h \
	tests/scene/fake_script.c tests/scene/fake_stream.c tests/scene/fake_zset.c \
	tests/scene/label.c tests/scene/label.h \
	tests/scene/peer.c tests/scene/peer.h \
	tests/scene/scene.c \
	tests/scene/script.c tests/scene/script.h \
	tests/scene/smsc.c tests/scene/smsc.h \
	tests/scene/steps.h tests/scene/steps_alarm.c tests/scene/steps_watch.c tests/scene/steps_app.c tests/scene/steps_carrier.c tests/scene/steps_dial.c \
	tests/scene/steps_backlog.c tests/scene/steps_gateway.c tests/scene/steps_got.c tests/scene/steps_ops.c tests/scene/steps_parts.c tests/scene/steps_routing.c \
	tests/scene/steps_campaign.c tests/scene/steps_credit.c tests/scene/steps_event.c tests/scene/steps_policy.c tests/scene/steps_record.c tests/scene/steps_webhook.c \
	tests/scene/wire.c tests/scene/wire_conn.c tests/scene/wire.h tests/scene/wire_priv.h \
	tests/scene/world.c tests/scene/world.h \
	src/privilege.c src/privilege.h src/reload.c src/reload.h src/settings.c src/settings.h
tests_scene_scene_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/scene $(LUA_CFLAGS)
tests_scene_scene_LDADD = libnoc.a libpath.a libpolicy.a liblink.a libaudit.a libbase.a libsmpp.a \
	$(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(CRYPT_LIBS) $(LIBEVENT_OPENSSL_LIBS) $(OPENSSL_LIBS) $(PCRE2_LIBS) $(LUA_LIBS)
TESTS += tests/scene/scene

# The same with allocations that fail (starve.c); tests/scene/oom walks them.
check_PROGRAMS += tests/scene/oom_scene
tests_scene_oom_scene_SOURCES = $(tests_scene_scene_SOURCES) tests/scene/starve.c
tests_scene_oom_scene_CPPFLAGS = $(tests_scene_scene_CPPFLAGS)
tests_scene_oom_scene_CFLAGS = $(AM_CFLAGS) -g
tests_scene_oom_scene_LDADD = $(tests_scene_scene_LDADD)
tests_scene_oom_scene_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=main,--wrap=abort,--wrap=malloc,--wrap=calloc,--wrap=aligned_alloc,--wrap=realloc \
	-Wl,--wrap=strdup,--wrap=asprintf,--wrap=vasprintf
EXTRA_DIST += tests/scene/oom tests/scene/random tests/scene/scenes
