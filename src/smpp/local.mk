# src/smpp/local.mk - the protocol as a library: libsmpp.a.
