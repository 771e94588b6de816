# src/policy/local.mk - verdicts: libpolicy.a.
