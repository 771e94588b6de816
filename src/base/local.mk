# src/base/local.mk - what knows no SMPP: loop, log, conf, stats, redis, containers, text, sockets: libbase.a.

noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/buf.c src/base/buf.h \
	src/base/columns.c src/base/columns.h \
	src/base/conf.c src/base/conf.h \
	src/base/conf_diff.c \
	src/base/conf_scan.c src/base/conf_scan.h \
	src/base/conf_value.c src/base/conf_value.h \
	src/base/files.c src/base/files.h \
	src/base/histogram.c src/base/histogram.h \
	src/base/http_client.c src/base/http_client.h \
	src/base/http_link.c src/base/http_link.h \
	src/base/ids.c src/base/ids.h \
	src/base/inherit.c src/base/inherit.h \
	src/base/json_put.c src/base/json_put.h \
	src/base/json_read.c src/base/json_read.h \
	src/base/list.h \
	src/base/log.c src/base/log.h \
	src/base/log_form.c src/base/log_form.h \
	src/base/log_rows.c src/base/log_rows.h \
	src/base/log_stream.c src/base/log_stream.h \
	src/base/log_target.c src/base/log_target.h \
	src/base/loop.c src/base/loop.h \
	src/base/map.c src/base/map.h \
	src/base/mem.c src/base/mem.h \
	src/base/near.c src/base/near.h \
	src/base/net.c src/base/net.h \
	src/base/poison.h \
	src/base/notify.c src/base/notify.h \
	src/base/pool.c src/base/pool.h \
	src/base/redis.c src/base/redis.h \
	src/base/redis_link.c src/base/redis_link.h \
	src/base/redis_out.c src/base/redis_out.h \
	src/base/resolver.c src/base/resolver.h \
	src/base/resp.c src/base/resp.h \
	src/base/slab.c src/base/slab.h \
	src/base/sorter.c src/base/sorter.h \
	src/base/stats.c src/base/stats.h \
	src/base/walk.c src/base/walk.h \
	src/base/sanitized.h \
	src/base/secret.c src/base/secret.h \
	src/base/text.c src/base/text.h \
	src/base/webhook.c src/base/webhook.h \
	src/base/wheel.c src/base/wheel.h \
	src/base/worker.c src/base/worker.h
