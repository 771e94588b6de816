# app.pl - what the apps made of Net::SMPP share: a session, what came in on it, verdicts. Prints "ok …" and "not ok …"
# lines. Loaded with require; knows no test.
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use Encode::GSM0338;
use IO::Select;
use Net::SMPP;

binmode STDOUT, ':utf8';
$| = 1;
my $patience = 20; # s for anything to happen
my $failures = 0;
our $refusals = 0; # so many deliver_sm are refused for now
my %inbox; # by file number: what came in and nobody has waited for yet

sub check {
	my ($what, $good, $detail) = @_;
	$failures++ unless $good;
	print $good ? "ok $what\n" : "not ok $what: " . ($detail // '') . "\n";
	return $good;
}

sub same {
	my ($what, $got, $wanted) = @_;
	return check($what, $got eq $wanted, "$got, not $wanted");
}

sub connect_as {
	my ($port, $how, $system_id, $password) = @_;
	my %to = (port => $port, system_id => $system_id, password => $password);
	return Net::SMPP->can("new_$how")->('Net::SMPP', '127.0.0.1', %to);
}

sub is_message {
	my ($pdu) = @_;
	return $pdu->{cmd} == Net::SMPP::CMD_deliver_sm || $pdu->{cmd} == Net::SMPP::CMD_data_sm;
}

# What a session has been sent and nobody has waited for.
sub left {
	my ($s) = @_;
	return $inbox{fileno $s} //= [];
}

# The next PDU of a session that match() likes; messages and alerts that it does not like are kept.
sub await {
	my ($s, $what, $match) = @_;
	my $kept = left($s);
	my $until = time + $patience;
	for my $i (0 .. $#$kept) {
		return splice @$kept, $i, 1 if $match->($kept->[$i]);
	}
	while (time < $until) {
		next unless IO::Select->new($s)->can_read(1);
		my $pdu = $s->read_pdu or last;
		if ($pdu->{cmd} == Net::SMPP::CMD_enquire_link) { $s->enquire_link_resp(seq => $pdu->{seq}) }
		if ($pdu->{cmd} == Net::SMPP::CMD_deliver_sm && $refusals-- > 0) {
			$s->deliver_sm_resp(seq => $pdu->{seq}, message_id => '', status => 0x64);
			next;
		}
		if ($pdu->{cmd} == Net::SMPP::CMD_deliver_sm) { $s->deliver_sm_resp(seq => $pdu->{seq}, message_id => '') }
		if ($pdu->{cmd} == Net::SMPP::CMD_data_sm) { $s->data_sm_resp(seq => $pdu->{seq}, message_id => '') }
		return $pdu if $match->($pdu);
		push @$kept, $pdu if is_message($pdu) || $pdu->{cmd} == Net::SMPP::CMD_alert_notification;
	}
	die "$what: nothing within $patience s\n";
}

# Sends a request and waits for its response: ask($s, 'submit_sm', FIELD => VALUE, …)
sub ask {
	my ($s, $command, @fields) = @_;
	my $cmd = Net::SMPP->can("CMD_$command")->() | 0x80000000;
	my $seq = $s->can($command)->($s, async => 1, @fields);
	return await($s, "${command}_resp", sub { $_[0]{cmd} == $cmd && $_[0]{seq} == $seq });
}

sub coded {
	my ($coding, $text) = @_;
	return encode($coding == 8 ? 'UTF-16BE' : 'gsm0338', $text);
}

# The octets of a message's text.
sub octets_of {
	my ($pdu) = @_;
	return $pdu->{message_payload} // $pdu->{short_message} // '';
}

sub is_receipt {
	my ($pdu, $id, $esm_class) = @_;
	return is_message($pdu) && $pdu->{esm_class} == ($esm_class // 4) && ($pdu->{receipted_message_id} // '') eq "$id\0";
}

# Waits for the final receipt of a message and judges it.
sub receipt {
	my ($s, $what, $id, $from, $to, $stat, $state) = @_;
	check("$what: id of 18 digits", $id =~ /^[1-9][0-9]{17}$/, $id);
	my $pdu = await($s, "$what: receipt", sub { is_receipt($_[0], $id) && $_[0]{source_addr} eq $from });
	my $text = octets_of($pdu);
	check("$what: receipt with our id in its text", $text =~ /^id:$id /, $text);
	check("$what: receipt says $stat", $text =~ /stat:$stat / && ord $pdu->{message_state} == $state, $text);
	same("$what: receipt comes from the number to the app's code", "$pdu->{source_addr} $pdu->{destination_addr}",
		"$from $to");
	return $pdu;
}

# Runs the program; its exit status says whether all was well.
sub run {
	my ($main) = @_;
	eval { $main->(); 1 } or check('no error', 0, $@ =~ s/\n/ /gr);
	exit($failures ? 1 : 0);
}

1;
