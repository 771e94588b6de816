# tests/torture.d/local.mk - the torture test; run by scripts/test in its short form; and the soak test, run by hand.
EXTRA_DIST += \
	tests/soak \
	tests/torture \
	tests/torture.d/app.py \
	tests/torture.d/carrier.py \
	tests/torture.d/chaos.py \
	tests/torture.d/judge.py \
	tests/torture.d/ledger.py \
	tests/torture.d/long_app.py \
	tests/torture.d/long_books.py \
	tests/torture.d/long_carrier.py \
	tests/torture.d/long_ledger.py \
	tests/torture.d/matching.py \
	tests/torture.d/powercut.c \
	tests/torture.d/servers.py \
	tests/torture.d/smpp.py \
	tests/torture.d/stack.py
