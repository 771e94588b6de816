# scripts/local.mk - the checks of the tree are tests of make check; the other scripts only travel with the tarball.

# check-options, check-counters and check-alarms ask the built daemon for its tables; check-hardening reads the programs.
CHECK_TESTS = scripts/check-arrows scripts/check-options scripts/check-counters scripts/check-alarms scripts/check-events scripts/check-readme scripts/check-docs scripts/check-format scripts/check-hardening tests/unit/test_checks.sh
TESTS += $(CHECK_TESTS)
dist_check_SCRIPTS += $(CHECK_TESTS)
EXTRA_DIST += scripts/common.sh scripts/coverage scripts/profile scripts/test scripts/quickstart
