# tests/torture.d/local.mk - the torture test; run by scripts/test in its short form.
EXTRA_DIST += \
	tests/torture \
	tests/torture.d/app.py \
	tests/torture.d/carrier.py \
	tests/torture.d/chaos.py \
	tests/torture.d/judge.py \
	tests/torture.d/ledger.py \
	tests/torture.d/powercut.c \
	tests/torture.d/servers.py \
	tests/torture.d/smpp.py \
	tests/torture.d/stack.py
