#!/usr/bin/perl
# esme.pl - an app made of Net::SMPP (Debian: libnet-smpp-perl), judging what the gateway answers. Prints "ok …" and
# "not ok …" lines, and a line "sent …" for each text, which the run script compares with what the SMSCs have got.
#
#   esme.pl PORT SYSTEM_ID PASSWORD SOURCE PREFIX    PREFIX: of the numbers, decides the carrier
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use Encode::GSM0338;
use IO::Select;
use Net::SMPP;

binmode STDOUT, ':utf8';
$| = 1;
my ($port, $system_id, $password, $source, $prefix) = @ARGV;
my $patience = 20; # s for anything to happen
my $failures = 0;
my @inbox;

sub check {
	my ($what, $good, $detail) = @_;
	$failures++ unless $good;
	print $good ? "ok $what\n" : "not ok $what: " . ($detail // '') . "\n";
	return $good;
}

sub connect_as {
	my ($how, $secret) = @_;
	my %to = (port => $port, system_id => $system_id, password => $secret // $password);
	return Net::SMPP->can("new_$how")->('Net::SMPP', '127.0.0.1', %to);
}

# The next PDU of a session that match() likes; deliver_sm that it does not like are answered and kept in @inbox.
sub await {
	my ($s, $what, $match) = @_;
	my $until = time + $patience;
	for my $i (0 .. $#inbox) {
		return splice @inbox, $i, 1 if $match->($inbox[$i]);
	}
	while (time < $until) {
		next unless IO::Select->new($s)->can_read(1);
		my $pdu = $s->read_pdu or last;
		if ($pdu->{cmd} == Net::SMPP::CMD_enquire_link) { $s->enquire_link_resp(seq => $pdu->{seq}) }
		if ($pdu->{cmd} == Net::SMPP::CMD_deliver_sm) { $s->deliver_sm_resp(seq => $pdu->{seq}, message_id => '') }
		return $pdu if $match->($pdu);
		push @inbox, $pdu if $pdu->{cmd} == Net::SMPP::CMD_deliver_sm;
	}
	die "$what: nothing within $patience s\n";
}

sub answer {
	my ($s, $what, $cmd, $seq) = @_;
	return await($s, $what, sub { $_[0]{cmd} == ($cmd | 0x80000000) && $_[0]{seq} == $seq });
}

sub submit {
	my ($s, $to, %fields) = @_;
	my $seq = $s->submit_sm(async => 1, source_addr => $source, destination_addr => $to, dest_addr_ton => 1,
		dest_addr_npi => 1, registered_delivery => 1, %fields);
	my $resp = answer($s, 'submit_sm_resp', Net::SMPP::CMD_submit_sm, $seq);
	return $resp->{message_id};
}

sub receipt {
	my ($s, $what, $id, $to, $stat, $state) = @_;
	check("$what: id of 18 digits", $id =~ /^[1-9][0-9]{17}$/, $id);
	my $pdu = await($s, "$what: receipt", sub {
		$_[0]{cmd} == Net::SMPP::CMD_deliver_sm && $_[0]{esm_class} == 4 && ($_[0]{receipted_message_id} // '') eq "$id\0"
	});
	my $text = $pdu->{short_message};
	check("$what: receipt with our id in its text", $text =~ /^id:$id /, $text);
	check("$what: receipt says $stat", $text =~ /stat:$stat/ && ord $pdu->{message_state} == $state, $text);
	check("$what: receipt comes from the number", $pdu->{source_addr} eq $to && $pdu->{destination_addr} eq $source,
		"$pdu->{source_addr} $pdu->{destination_addr}");
}

sub coded {
	my ($coding, $text) = @_;
	return (data_coding => $coding, short_message => encode($coding == 8 ? 'UTF-16BE' : 'gsm0338', $text));
}

sub texts {
	my ($s) = @_;
	my @cases = (
		['GSM text', "${prefix}11111117", 0, 'Balance 5€ [ok] {1} ~ @ £$', 'DELIVRD', 2],
		['Chinese text', "${prefix}22222224", 8, '【证券】您委托的600000已成交，均价￥8.88元。😀', 'DELIVRD', 2],
		['failed text', "${prefix}33333340", 8, '这个号码是空号', 'UNDELIV', 5],
	);
	for (@cases) {
		my ($what, $to, $coding, $text, $stat, $state) = @$_;
		my $id = submit($s, $to, coded($coding, $text));
		print "sent dst=$to text=$text\n";
		receipt($s, $what, $id, $to, $stat, $state);
	}
}

sub long_text {
	my ($s) = @_;
	my $to = "${prefix}44444446";
	my $text = '尊敬的客户，您的保单即将到期，请在本月三十日前完成续保，感谢您的支持。' x 4;
	my @pieces = (substr($text, 0, 67), substr($text, 67));
	my @ids;
	for my $i (0 .. $#pieces) {
		my %piece = coded(8, $pieces[$i]);
		my $udh = pack 'C6', 5, 0, 3, 99, scalar @pieces, $i + 1;
		push @ids, submit($s, $to, esm_class => 0x40, data_coding => 8, short_message => $udh . $piece{short_message});
	}
	print "sent dst=$to text=$text\n";
	receipt($s, 'long text, part ' . ($_ + 1), $ids[$_], $to, 'DELIVRD', 2) for 0 .. $#ids;
}

sub reply {
	my ($s) = @_;
	my $to = "${prefix}55555557";
	my $id = submit($s, $to, coded(8, '请回复我'));
	print "sent dst=$to text=请回复我\n";
	receipt($s, 'text that asks for a reply', $id, $to, 'DELIVRD', 2);
	my $mo = await($s, 'reply', sub { $_[0]{cmd} == Net::SMPP::CMD_deliver_sm && ($_[0]{esm_class} & 0x3C) == 0 });
	my $text = decode('UTF-16BE', $mo->{short_message});
	check('reply of a phone user, byte by byte', $text eq '收到，谢谢😀', $text);
	check('reply comes from the number', $mo->{source_addr} eq $to && $mo->{destination_addr} eq $source,
		"$mo->{source_addr} $mo->{destination_addr}");
}

sub unbound {
	my ($s) = @_;
	my $seq = $s->unbind(async => 1);
	check('unbind is answered', answer($s, 'unbind_resp', Net::SMPP::CMD_unbind, $seq)->{status} == 0);
}

sub transmitter_and_receiver {
	my ($tx, $tx_resp) = connect_as('transmitter');
	my ($rx, $rx_resp) = connect_as('receiver');
	check('bind_transmitter', $tx_resp->{status} == 0, $tx_resp->{status});
	check('bind_receiver', $rx_resp->{status} == 0, $rx_resp->{status});
	my $to = "${prefix}66666668";
	my $id = submit($tx, $to, coded(8, '两个连接'));
	print "sent dst=$to text=两个连接\n";
	receipt($rx, 'submitted on one bind, receipt on the other', $id, $to, 'DELIVRD', 2);
	my $seq = $rx->submit_sm(async => 1, destination_addr => $to, short_message => 'x');
	my $wrong = answer($rx, 'submit_sm_resp', Net::SMPP::CMD_submit_sm, $seq);
	check('submit_sm on a receiver is refused', $wrong->{status} == 4, $wrong->{status});
	unbound($_) for $tx, $rx;
}

sub main {
	my ($none, $refusal) = connect_as('transceiver', 'wrong');
	check('wrong password: ESME_RINVPASWD', $refusal->{status} == 0x0E, $refusal->{status});
	my ($s, $resp) = connect_as('transceiver');
	check('bind_transceiver', $resp->{status} == 0, $resp->{status});
	my $seq = $s->enquire_link(async => 1);
	check('enquire_link is answered', answer($s, 'enquire_link_resp', Net::SMPP::CMD_enquire_link, $seq)->{status} == 0);
	texts($s);
	long_text($s);
	reply($s);
	unbound($s);
	transmitter_and_receiver();
}

eval { main(); 1 } or check('no error', 0, $@ =~ s/\n/ /gr);
exit($failures ? 1 : 0);
