#!/usr/bin/perl
# esme.pl - an app made of Net::SMPP (Debian: libnet-smpp-perl), judging what the gateway answers when its carriers are
# SMSCs made of either library. Prints "ok …" and "not ok …" lines, and a line "sent …" for each text that its carrier
# must have got ("also …": that the other carrier must have got), which the run script compares with what the SMSCs
# have got.
#
#   esme.pl PORT SYSTEM_ID PASSWORD SOURCE CARRIER PREFIX DATA NEXT
#
# CARRIER is its name; prefixes of numbers: PREFIX decides for it, DATA too and it is sent data_sm; NEXT has the other
# carrier as its reserve ("-": there is none).
use strict;
use warnings;
use utf8;
use Encode qw(decode);
use FindBin;
use Net::SMPP;
require "$FindBin::Bin/app.pl";

my ($port, $system_id, $password, $source, $carrier, $prefix, $data_prefix, $next_prefix) = @ARGV;

sub submit {
	my ($s, $to, %fields) = @_;
	return ask($s, 'submit_sm', source_addr => $source, destination_addr => $to, dest_addr_ton => 1,
		dest_addr_npi => 1, registered_delivery => 1, %fields)->{message_id};
}

sub texts {
	my ($s) = @_;
	my @cases = (
		['GSM text', "${prefix}11111117", 0, 'Balance 5€ [ok] {1} ~ @ £$', 'DELIVRD', 2],
		['Chinese text', "${prefix}22222224", 8, '【证券】您委托的600000已成交，均价￥8.88元。😀', 'DELIVRD', 2],
		['failed text', "${prefix}33333340", 8, '这个号码是空号', 'UNDELIV', 5],
		['text by data_sm', "${data_prefix}11111117", 8, '【证券】您的动态密码已发送。😀', 'DELIVRD', 2],
		['GSM text by data_sm', "${data_prefix}22222224", 0, 'Rate {3.45} [€]', 'DELIVRD', 2],
		['receipt in data_sm', "${prefix}77777711", 8, '回执data_sm', 'DELIVRD', 2],
		['failed receipt in data_sm', "${prefix}77777710", 8, '回执data_sm', 'UNDELIV', 5],
		['receipt in message_payload', "${prefix}77777713", 8, '回执payload', 'DELIVRD', 2],
		['receipt in UCS-2', "${prefix}77777715", 8, '回执ucs2', 'DELIVRD', 2],
		['receipt in TLVs of a data_sm', "${data_prefix}77777712", 8, '回执data_tlv', 'DELIVRD', 2],
		['receipt before the response', "${prefix}99999911", 8, '先到的回执', 'DELIVRD', 2],
		['receipt twice', "${prefix}99999913", 8, '两次', 'DELIVRD', 2],
		['another end after the end', "${prefix}99999915", 8, '改口', 'DELIVRD', 2],
	);
	for (@cases) {
		my ($what, $to, $coding, $text, $stat, $state) = @$_;
		my $id = submit($s, $to, data_coding => $coding, short_message => coded($coding, $text));
		print "sent dst=$to text=$text\n";
		receipt($s, $what, $id, $to, $source, $stat, $state);
	}
}

sub long_text {
	my ($s) = @_;
	my $to = "${prefix}44444446";
	my $text = '尊敬的客户，您的保单即将到期，请在本月三十日前完成续保，感谢您的支持。' x 4;
	my @pieces = (substr($text, 0, 67), substr($text, 67));
	my @ids;
	for my $i (0 .. $#pieces) {
		my $udh = pack 'C6', 5, 0, 3, 99, scalar @pieces, $i + 1;
		push @ids, submit($s, $to, esm_class => 0x40, data_coding => 8, short_message => $udh . coded(8, $pieces[$i]));
	}
	print "sent dst=$to text=$text\n";
	receipt($s, 'long text, part ' . ($_ + 1), $ids[$_], $to, $source, 'DELIVRD', 2) for 0 .. $#ids;
}

# What the gateway itself cuts into parts: the SMSC puts them together.
sub payload {
	my ($s) = @_;
	my $to = "${prefix}44440016";
	my $text = '【基金】您认购的基金已确认份额，净值每日更新，请登录手机银行查询详情。😀' x 5;
	my $id = submit($s, $to, data_coding => 8, message_payload => coded(8, $text));
	print "sent dst=$to text=$text\n";
	receipt($s, 'message_payload in parts', $id, $to, $source, 'DELIVRD', 2);
}

sub reply {
	my ($s) = @_;
	my $to = "${prefix}55555557";
	my $id = submit($s, $to, data_coding => 8, short_message => coded(8, '请回复我'));
	print "sent dst=$to text=请回复我\n";
	receipt($s, 'text that asks for a reply', $id, $to, $source, 'DELIVRD', 2);
	my $mo = await($s, 'reply', sub { $_[0]{cmd} == Net::SMPP::CMD_deliver_sm && ($_[0]{esm_class} & 0x3C) == 0 });
	same('reply of a phone user, byte by byte', decode('UTF-16BE', $mo->{short_message}), '收到，谢谢😀');
	same('reply comes from the number', "$mo->{source_addr} $mo->{destination_addr}", "$to $source");
}

sub alert {
	my ($s) = @_;
	my $to = "${prefix}55550017";
	my $id = submit($s, $to, data_coding => 8, short_message => coded(8, '开机提醒我'));
	print "sent dst=$to text=开机提醒我\n";
	receipt($s, 'text that asks for an alert', $id, $to, $source, 'DELIVRD', 2);
	my $pdu = await($s, 'alert_notification', sub { $_[0]{cmd} == Net::SMPP::CMD_alert_notification });
	same('alert_notification: the number and the code', "$pdu->{source_addr} $pdu->{esme_addr}", "$to $source");
	same('alert_notification: ms_availability_status', unpack('H*', $pdu->{ms_availability_status} // ''), '00');
}

# A stat that SMPP does not have: a failure, and the carrier's own words in a TLV.
sub operator_word {
	my ($s) = @_;
	my $to = "${prefix}99999917";
	my $id = submit($s, $to, data_coding => 8, short_message => coded(8, '已停机'));
	print "sent dst=$to text=已停机\n";
	my $pdu = receipt($s, 'word of an operator', $id, $to, $source, 'UNDELIV', 5);
	same('word of an operator: carrier_status', $pdu->{0x3E06} // '', "MK:0005 005\0");
}

# The first carrier refuses it, at once or in its receipt; the second one delivers; the app hears of that alone.
sub next_carrier {
	my ($s) = @_;
	for (['拒收', 11], ['不接', 15]) {
		my ($how, $end) = @$_;
		my $to = "${next_prefix}888888$end";
		my $text = "${carrier}${how}，换一家";
		my $id = submit($s, $to, data_coding => 8, short_message => coded(8, $text));
		print "sent dst=$to text=$text\nalso dst=$to text=$text\n";
		receipt($s, "${how} by one carrier, sent by the next", $id, $to, $source, 'DELIVRD', 2);
	}
}

# Forward mode: the carrier's answer is the app's.
sub forward {
	my ($s) = @_;
	my ($taken, $refused) = ("${prefix}66660011", "${prefix}66660013");
	my $id = submit($s, $taken, esm_class => 2, data_coding => 8, short_message => coded(8, '转发'));
	print "sent dst=$taken text=转发\n";
	receipt($s, 'forward mode', $id, $taken, $source, 'DELIVRD', 2);
	my $text = "${carrier}不接";
	my $resp = ask($s, 'submit_sm', source_addr => $source, destination_addr => $refused, registered_delivery => 1,
		esm_class => 2, data_coding => 8, short_message => coded(8, $text));
	print "sent dst=$refused text=$text\n";
	same('forward mode: refused with the status of the carrier', $resp->{status}, 0x0A);
}

# What goes wrong once and is sent again: the connection ends before the response, or the carrier wants a pause.
sub again {
	my ($s) = @_;
	for (['connection lost before the response', '断线一次', 13], ['throttled', '太快了', 17]) {
		my ($what, $text, $end) = @$_;
		my $to = "${prefix}888888$end";
		my $id = submit($s, $to, data_coding => 8, short_message => coded(8, $text));
		print "sent dst=$to text=$text\n" x 2;
		receipt($s, $what, $id, $to, $source, 'DELIVRD', 2);
	}
}

sub unbound {
	my ($s) = @_;
	same('unbind is answered', ask($s, 'unbind')->{status}, 0);
}

sub transmitter_and_receiver {
	my ($tx, $tx_resp) = connect_as($port, 'transmitter', $system_id, $password);
	my ($rx, $rx_resp) = connect_as($port, 'receiver', $system_id, $password);
	same('bind_transmitter', $tx_resp->{status}, 0);
	same('bind_receiver', $rx_resp->{status}, 0);
	my $to = "${prefix}66666668";
	my $id = submit($tx, $to, data_coding => 8, short_message => coded(8, '两个连接'));
	print "sent dst=$to text=两个连接\n";
	receipt($rx, 'submitted on one bind, receipt on the other', $id, $to, $source, 'DELIVRD', 2);
	my $wrong = ask($rx, 'submit_sm', destination_addr => $to, short_message => 'x');
	same('submit_sm on a receiver is refused', $wrong->{status}, 4);
	unbound($_) for $tx, $rx;
}

run(sub {
	my ($none, $refusal) = connect_as($port, 'transceiver', $system_id, 'wrong');
	same('wrong password: ESME_RINVPASWD', $refusal->{status}, 0x0E);
	my ($s, $resp) = connect_as($port, 'transceiver', $system_id, $password);
	same('bind_transceiver', $resp->{status}, 0);
	same('enquire_link is answered', ask($s, 'enquire_link')->{status}, 0);
	texts($s);
	long_text($s);
	payload($s);
	reply($s);
	alert($s);
	operator_word($s);
	next_carrier($s) if $next_prefix ne '-';
	forward($s);
	again($s);
	same('each message had one receipt', join(' / ', map { octets_of($_) } @{left($s)}), '');
	unbound($s);
	transmitter_and_receiver();
});
