# src/link/local.mk - SMPP over sockets: liblink.a.
