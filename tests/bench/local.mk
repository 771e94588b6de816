# tests/bench/local.mk - measurements against the budgets; run by scripts/test through tests/bench/run.
