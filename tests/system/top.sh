#!/bin/bash
# top.sh - smppgwctl top on a terminal of 80x24 and of 200x60, with traffic, with a gateway that hangs; and without one.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
gateway_config gw <<-CONF
	accounts: ( { system_id = "银行"; password = "secret"; class = "notice"; } );
	carriers: (
		{ name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; tps = 20; },
		{ name = "联通实验通道"; host = "127.0.0.1"; port = $(free_port); system_id = "gw"; password = "gw"; } );
	routes: ( { prefix = "86"; carriers = [ "移动" ]; } );
CONF
sim_start mobile --receipt-delay 10ms
gateway_start gw
must "the carrier bound" 20 eval '[ "$(sim_count mobile bound)" = 1 ]'
while read -r line; do
	case "$line" in
	"ok "*) pass "${line#ok }" ;;
	"FAILED "*) fail "${line#FAILED }" ;;
	*) say "$line" ;;
	esac
done < <(timeout $((60 * SMPPGW_SLOW)) python3 "$SMPPGW_SRC/tests/system/top.py" "$(program smppgwctl)" "$tmp/gw.console" "${pid[gw]}" 2>&1 ||
	echo "FAILED top.py ends by itself: status $?")
gateway_stop gw
finish
