# tests/interop/local.mk - tests with programs that we did not write; run by scripts/test through tests/interop/run.
