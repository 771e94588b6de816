# tests/docs/local.mk - the commands of the documents: run by tests/docs/run, checked by scripts/check-docs.
EXTRA_DIST += tests/docs/run tests/docs/image tests/docs/plan tests/docs/commands.py tests/docs/fixture.sh \
	tests/docs/checks.sh tests/docs/package.sh tests/docs/service.sh tests/docs/smppgw.conf
