# tests/system/local.mk - tests of the real binary with a real Redis; run by scripts/test through tests/system/run.
EXTRA_DIST += \
	tests/lib.sh tests/valgrind.supp \
	tests/system/run \
	tests/system/accept.sh \
	tests/system/accounts.sh \
	tests/system/alarms.sh \
	tests/system/alarms_hook.py \
	tests/system/backlog.sh \
	tests/system/campaign.sh \
	tests/system/capture.sh \
	tests/system/clock.sh tests/system/clock_shim.c \
	tests/system/compliance.sh \
	tests/system/config.sh \
	tests/system/console.sh \
	tests/system/connect.sh \
	tests/system/credit.sh \
	tests/system/dashboard.sh tests/system/dashboard_layout.json tests/system/dashboard_mock.py \
	tests/system/dashboard_probe.js tests/system/dashboard_test.py \
	tests/system/disk_full.sh \
	tests/system/esme.pl \
	tests/system/evidence.sh \
	tests/system/evidence_attack.py \
	tests/system/evidence_judge.py \
	tests/system/events.sh \
	tests/system/events_hook.py \
	tests/system/events_read.py \
	tests/system/explain.sh \
	tests/system/failover.sh \
	tests/system/fuzz_session.sh \
	tests/system/files.sh \
	tests/system/hashed.sh \
	tests/system/history.sh \
	tests/system/hostile.sh tests/system/hostile.py \
	tests/system/history_read.py \
	tests/system/isolation.sh \
	tests/system/kill.sh \
	tests/system/lists.sh \
	tests/system/logs.sh \
	tests/system/mo.sh \
	tests/system/operate.sh \
	tests/system/operations.sh \
	tests/system/outbind.sh \
	tests/system/outbind_tls.sh tests/system/tls_front.py \
	tests/system/ported.sh \
	tests/system/dashboard.py tests/system/prometheus.sh tests/system/smppgw.rules.test.yml \
	tests/system/recipient.sh \
	tests/system/redis_failover.sh \
	tests/system/redis.sh \
	tests/system/upgrade.sh tests/system/upgrade_apps.py tests/system/upgrade_manager.py \
	tests/system/reload.sh \
	tests/system/revoked.sh \
	tests/system/sandbox.sh \
	tests/system/service.py tests/system/service.sh \
	tests/system/stats.sh \
	tests/system/stop.py tests/system/stop.sh \
	tests/system/throttle.sh \
	tests/system/tls.sh \
	tests/system/tools.sh \
	tests/system/tools_ask.sh \
	tests/system/watch.sh \
	tests/system/trace.sh \
	tests/system/walk.sh \
	tests/system/webhook.sh \
	tests/system/webhook_server.py \
	tests/system/words.sh

# What sandbox.sh lets make forbidden calls.
check_PROGRAMS += tests/system/intruder
tests_system_intruder_SOURCES = tests/system/intruder.c src/sandbox.c src/sandbox.h
tests_system_intruder_LDADD = libbase.a $(LIBEVENT_LIBS) $(HIREDIS_LIBS) $(LIBCONFIG_LIBS) $(OPENSSL_LIBS) $(SECCOMP_LIBS)
