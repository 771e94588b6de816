# tests/scene/local.mk - scenes: the real path against a simulated network, store and clock.
