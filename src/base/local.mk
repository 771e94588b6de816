# src/base/local.mk - what knows no SMPP: libbase.a.
