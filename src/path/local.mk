# src/path/local.mk - the way of a message: libpath.a.
