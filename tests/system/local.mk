# tests/system/local.mk - tests of the real binary with a real Redis; run by scripts/test through tests/system/run.
