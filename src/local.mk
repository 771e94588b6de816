# src/local.mk - the daemon: sbin smppgwd.
