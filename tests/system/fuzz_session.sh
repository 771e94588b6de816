#!/bin/bash
# fuzz_session.sh - the session fuzzer for some seconds: hostile apps and carriers around the real gateway; what it finds
# fails. A long run is a command of its own: tests/fuzz/session --minutes 60.
. "$(dirname "$0")/../lib.sh"

out=$tmp/fuzz.out
ok "its judge lets pass what is right, and nothing else" python3 "$SMPPGW_SRC/tests/fuzz/session.d/test_model.py"
SMPPGW_SLOW=$((SMPPGW_SLOW + 1)) "$SMPPGW_SRC/tests/fuzz/session" --seed "${SEED:-1}" --sequences 60 --minutes 0.1 \
	--folder "$tmp/fuzz" >"$out" 2>&1 || :
ok "60 sequences, and nothing is found" grep -q '^1 passed, 0 failed, 0 skipped$' "$out"
at_least "PDUs were sent" "$(sed -n 's/^ *PDUs sent  *\([0-9]*\)$/\1/p' "$out")" 100
at_least "some texts were acknowledged" "$(sed -n 's/^ *texts of hostile apps acknowledged  *\([0-9]*\)$/\1/p' "$out")" 1
if [ "$failed" -gt 0 ]; then
	cut -c1-2000 "$out"
	tail -n 30 "$tmp"/fuzz/round-*/gateway.log 2>/dev/null | cut -c1-300
fi
finish
