# parts.sh - parts of the gateway by themselves, as programs that do nothing else: a routing decision, a record of the
# archive, the policies. Sourced by run.
# shellcheck shell=bash

# Runs a program that prints "KEY VALUE" lines; of_part KEY is a value.
part_run() { # WHAT PROGRAM ARGUMENT...
	if "$(program "$2")" "${@:3}" >"$tmp/part" 2>"$tmp/part.log"; then
		pass "$1"
	else
		fail "$1" "$(tail -n 5 "$tmp/part.log")"
	fi
}

of_part() { # KEY
	sed -n "s/^$1 //p" "$tmp/part"
}

route_run() {
	part_run "routing decisions, $ported ported numbers" route "$ported"
	sample route_prefixes "$(of_part prefixes_ns)"
	sample route_decision "$(of_part decision_ns)"
	sample route_memory "$(calc "$(of_part prefixes_octets) / 1048576" %.1f)"
	sample route_number "$(calc "$(of_part ported_resident) / $(of_part ported_numbers)" %.1f)"
}

records_run() {
	local key
	part_run "records of the archive" records
	for key in core_json_ns bare_ns chain_ns default_ns encrypted_ns sm3_ns search_id_ms search_all_ms; do
		sample "records_$key" "$(of_part "records_$key")"
	done
}

words_file() {
	[ -e "$tmp/words.txt" ] || perl -CS -e 'srand(1); my %w; while (keys %w < 20000) { my $n = 2 + int(rand(4));
		$w{join "", map { chr(0x4e00 + int(rand(0x4000))) } 1..$n} = 1 }
		print "$_\n" for sort keys %w' >"$tmp/words.txt"
}

# Sections of a configuration: every policy is asked, none refuses what is sent here.
rules() {
	cat <<-END
		signatures: ( { names = [ "测试银行", "招商银行" ]; classes = [ "notice" ]; } );
		opt_out_texts: ( { texts = [ "拒收请回复R" ]; classes = [ "notice" ]; } );
		templates: ( { name = "entry"; text = "您尾号{数字}的账户入账人民币{金额}元，流水#{数字}。"; },
		             { name = "offer"; text = "尊敬的客户，{变量:32}年化利率{变量:32}，额度{变量:32}，截至{日期}，详询{变量:32}"; } );
		must_match: ( { pattern = "流水|截至.*日"; explain = "a number or a date"; } );
		links: ( { hosts = [ "cmbchina.com" ]; } );
		personal: ( { resident_id = "mask"; bank_card = "mask"; } );
		segments: ( { max = 3; } );
		filters: ( { name = "words"; file = "$tmp/words.txt"; action = "block"; } );
		windows: ( { name = "always"; classes = [ "notice" ]; workday = [ "00:00-24:00" ]; weekend = [ "00:00-24:00" ];
		             holiday = [ "00:00-24:00" ]; } );
		caps: ( { name = "minute"; limit = 5; window = 60; }, { name = "day"; limit = 20; window = 86400; },
		        { name = "all"; limit = 50; window = 86400; scope = "global"; } );
		similar: ( { classes = [ "notice" ]; distance = 3; age = 86400; keep = 8; } );
		consent: ( { classes = [ "notice" ]; } );
		dead: { failures = 3; days = 30; keep = 90; classes = [ "notice" ]; };
		policies: ( { policy = "consent"; mode = "dry_run"; }, { policy = "opted_out"; class = "notice"; mode = "on"; } );
	END
}

policies_run() {
	words_file
	{
		printf 'node = 1;\nstore: { redis = "unix:/nowhere"; };\nlisten: ( { address = "127.0.0.1"; port = 1; } );\n'
		printf 'accounts: ( { system_id = "bank"; password = "secret"; } );\n'
		printf 'carriers: ( { name = "mobile"; host = "127.0.0.1"; port = 1; system_id = "gw"; } );\n'
		printf 'routes: ( { prefix = ""; carriers = [ "mobile" ]; } );\n'
		rules
	} >"$tmp/rules.conf"
	part_run "policies judge texts" rules "$tmp/rules.conf"
	is "every text passes" "$(of_part passed)" "$(of_part of)"
	is "every recipient is asked about" "$(of_part asked)" "$(of_part of)"
	sample policies "$(calc "$(of_part judge_ns) / 1000")"
}

parts_run() {
	route_run
	records_run
	policies_run
}


parts_rows() {
	row "a routing decision, 100000 prefixes" route_prefixes ns at-most 300
	row "a routing decision, 100000 prefixes and $ported ported numbers" route_decision ns at-most 1000
	row "memory of 100000 prefixes" route_memory MiB - -
	row "memory per ported number" route_number octets at-most 12
	row "a record's core as JSON" records_core_json_ns ns at-most 450
	row "a record without chain" records_bare_ns ns - -
	row "a record with chain and tree" records_chain_ns ns - -
	row "a record as by default: chain, tree, two salted hashes" records_default_ns ns at-most 2500
	row "a record with number and text encrypted" records_encrypted_ns ns - -
	row "a record with SM3 for SHA-256" records_sm3_ns ns - -
	row "one of 340000 records by its id" records_search_id_ms ms at-most 500
	row "340000 records read by a search" records_search_all_ms ms - -
	row "all policies, 20000 words, a text of 70 characters" policies us at-most 3 relay_cpu
}
