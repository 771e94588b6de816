# src/link/local.mk - SMPP over sockets: liblink.a.

noinst_LIBRARIES += liblink.a
liblink_a_SOURCES = \
	src/link/accept.c src/link/accept.h \
	src/link/account.c src/link/account.h src/link/account_priv.h \
	src/link/account_ease.c \
	src/link/account_reload.c \
	src/link/account_rows.c \
	src/link/admit.c \
	src/link/admit_crypt.c \
	src/link/admit_guard.c \
	src/link/auth.c src/link/auth.h \
	src/link/bind.c \
	src/link/carrier.c src/link/carrier.h src/link/carrier_priv.h \
	src/link/carrier_reload.c \
	src/link/carrier_tls.c \
	src/link/conn.c src/link/conn.h src/link/conn_priv.h \
	src/link/conn_connect.c src/link/conn_shake.c \
	src/link/conn_tls.c src/link/conn_tls.h \
	src/link/crowd.c src/link/crowd.h \
	src/link/door.c \
	src/link/fit.c src/link/fit.h \
	src/link/operate.c \
	src/link/order.c src/link/order.h \
	src/link/guard.c src/link/guard.h \
	src/link/hasher.c src/link/hasher.h \
	src/link/listener.c \
	src/link/outbind.c src/link/outbind.h \
	src/link/pace.c src/link/pace.h \
	src/link/proxied.c src/link/proxied.h \
	src/link/proxy.c src/link/proxy.h \
	src/link/pump.c \
	src/link/reason.c src/link/reason.h \
	src/link/rows.h \
	src/link/session.c src/link/session.h src/link/session_priv.h \
	src/link/session_in.c \
	src/link/session_keep.c \
	src/link/session_tap.c \
	src/link/session_time.c \
	src/link/tap.c src/link/tap.h \
	src/link/tap_hide.c src/link/tap_hide.h \
	src/link/tap_match.c src/link/tap_match.h \
	src/link/tap_pcap.c src/link/tap_pcap.h \
	src/link/targets.c src/link/targets.h \
	src/link/throttle.c src/link/throttle.h \
	src/link/tls.c src/link/tls.h src/link/tls_priv.h \
	src/link/tls_crl.c src/link/tls_crl.h \
	src/link/window.c src/link/window.h
