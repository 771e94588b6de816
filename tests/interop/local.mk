# tests/interop/local.mk - tests with programs that we did not write; run by scripts/test through tests/interop/run.
EXTRA_DIST += \
	tests/interop/run \
	tests/interop/app.js \
	tests/interop/app.pl \
	tests/interop/esme.js \
	tests/interop/esme.pl \
	tests/interop/kannel_app.sh \
	tests/interop/kannel_carrier.sh \
	tests/interop/kannel_smsc.sh \
	tests/interop/kannel_web.py \
	tests/interop/libraries.sh \
	tests/interop/ops.js \
	tests/interop/ops.pl \
	tests/interop/package.json \
	tests/interop/package-lock.json \
	tests/interop/smsc.js \
	tests/interop/smsc.pl \
	tests/interop/tap.pl \
	tests/interop/wire.sh
