#!/bin/bash
# words.sh - sensitive words on the real gateway: 20,000 of a file, disguised ones, what the console shows; a file that is
# changed, broken and mended while messages go through, with no reload refused and no text judged by half a list.
. "$(dirname "$0")/../lib.sh"

redis_start redis everysec
port[mobile]=$(free_port)
words="$tmp/words.txt"

# 20,000 words of which no text here has one, and some that count.
words_write() { # WORD...
	{
		seq 1 20000 | sed 's/.*/凑数词&号/'
		printf '%s\n' "$@"
	} >"$words.new"
	mv "$words.new" "$words"
}
words_write '无需征信	贷款' '稳赚不赔	承诺收益'
config_write() { # ACTION
	gateway_config gw <<-END
		accounts: ( { system_id = "bank"; password = "secret"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; } );
		routes: ( { carriers = [ "mobile" ]; } );
		filters: ( { name = "监管"; file = "words.txt"; action = "$1"; },
		           { name = "理财"; words = [ "内部消息" ]; action = "review"; } );
	END
}
config_write block
sim_start mobile
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}

send() { # TEXT: the answer into $said
	said=$("$(program smppsend)" --port "${port[gw]}" --class notice --to 8613800138000 --text "$1" 2>&1)
}

refused() { # WHAT TEXT
	send "$2"
	has "$1" "$said" "status=0x403"
}

goes() { # WHAT TEXT
	ok "$1" send "$2"
}

# ---- one file ----

refused "a word of the file" "【银行】无需征信"
refused "... disguised" "【银行】無 需*徵★信"
goes "a text without one" "【银行】您的账单已出，请查收"
goes "a text that is held for review" "【银行】内部消息"
has "... waits" "$(ctl review list)" "words   -     【银行】内部消息"
said=$(ctl words)
has "the console counts words" "$said" "20003 words in 2 filters, 2 were found in texts"
has "... and hits, with filter and category" "$said" "无需征信  监管    贷款          2"
has "words N takes numbers only" "$(ctl words viele 2>&1)" "usage: words [N]"
has "explain says the word, as it stands there" "$(ctl explain bank 1069 13800138000 notice '【银行】穩赚 不赔')" \
	"监管: 稳赚不赔, as 穩赚 不赔"
has "... and counts nothing" "$(ctl words)" "2 were found"

# ---- other words, without a pause ----

loaded() { # N
	lines_reach "$1" 'event=words_loaded ' "$tmp/gw.log"
}
words_write '无需征信	贷款' '零首付	汽车'
ok "a reload with another file" ctl reload
must "... which is read in the background" 10 loaded 1
refused "a word that is new" "【银行】零·首·付"
refused "one that has stayed" "【银行】无需征信"
goes "one that has gone" "【银行】稳赚不赔"
has "the hits of a word that stays are kept" "$(ctl words)" "贷款          3"

printf '零首付\n\264\373\277\356\n' >"$words.new" && mv "$words.new" "$words"
has "a file that is broken: told by -t" "$("$(program smppgwd)" -t -c "$tmp/gw.conf" 2>&1)" "words.txt:2: this is no UTF-8"
ok "... a reload begins to read it" ctl reload
must "... and says what is wrong" 10 logged 'event=words_not_loaded why=.*words.txt:2: ' "$tmp/gw.log"
has "... on the console, too" "$(ctl words)" "words.txt:2: this is no UTF-8"
refused "... the words before hold" "【银行】无需征信"
rm "$words"
has "a file that is not there: the reload is refused" "$(ctl reload 2>&1)" "cannot read file"
words_write '首付贷'
ok "a reload with a file that is right again" ctl reload
must "... is read" 10 loaded 2
refused "... and holds" "【银行】首付贷"
goes "... alone" "【银行】无需征信"

config_write review
ok "a reload that changes what a word means" ctl reload
goes "... needs no reading" "【银行】首付贷"
ok "... nothing was read" loaded 2
is "texts blocked" "$(metric gw 'smppgw_words_texts_total.*block.*')" 6
ok "the operator ends what is held" ctl review reject --all
gateway_stop gw
finish
