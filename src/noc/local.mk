# src/noc/local.mk - console, HTTP and records: libnoc.a.
