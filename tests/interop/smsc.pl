#!/usr/bin/perl
# smsc.pl - an SMSC made of Net::SMPP (Debian: libnet-smpp-perl): takes binds and messages (submit_sm, data_sm), sends
# receipts and does what texts ask for. It answers with ids in hexadecimal and writes them in decimal in receipts, as old
# SMSCs do. Prints one line for everything that happens.
#
#   smsc.pl PORT
#
# Receipts are text for odd numbers and TLVs for even ones; numbers that end in 0 fail. Texts ask for more:
#   回执data_sm 回执data_tlv 回执payload 回执ucs2   the receipt in that form
#   回复我        a phone's reply          提醒我    an alert_notification
#   先到          the receipt before the response    两次    the receipt twice    改口    then one that says UNDELIV
#   停机          a receipt with an operator's word  perl拒收  a receipt that says REJECTD
#   perl不接      ESME_RINVSRCADR for a response
#   断线 太快     the first time: the connection ends instead of a response, or ESME_RTHROTTLED
use strict;
use warnings;
use utf8;
use Encode qw(decode encode);
use Encode::GSM0338;
use IO::Select;
use Net::SMPP;
use POSIX qw(strftime);

binmode STDOUT, ':utf8';
$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { exit 0 };
my $listener = Net::SMPP->new_listen('127.0.0.1', port => $ARGV[0]) or die "cannot listen on $ARGV[0]: $!\n";
my $select = IO::Select->new($listener);
my (%receives, %system, %parts); # by file number, twice; by number and reference
my @waiting;            # for one that receives
my %outstanding;        # by file number and sequence number: what was sent and not answered
my %met;                # numbers whose message has met what happens the first time
my $next = 0x12340001;

sub say_line {
	my ($line) = @_;
	$line =~ s/\n/\\n/g;
	print "$line\n";
}

sub bound {
	my ($s, $pdu) = @_;
	my $good = $pdu->{system_id} =~ /^gw(data)?$/ && $pdu->{password} eq 'gw';
	my %answer = (seq => $pdu->{seq}, status => $good ? 0 : 0x0E, system_id => 'perl');
	if ($pdu->{cmd} == Net::SMPP::CMD_bind_transmitter) { $s->bind_transmitter_resp(%answer) }
	elsif ($pdu->{cmd} == Net::SMPP::CMD_bind_receiver) { $s->bind_receiver_resp(%answer) }
	else { $s->bind_transceiver_resp(%answer) }
	say_line(sprintf '%s %s system_id=%s', $good ? 'bound' : 'refused', $pdu->explain_cmd, $pdu->{system_id});
	$system{fileno $s} = $pdu->{system_id};
	return unless $good && $pdu->{cmd} != Net::SMPP::CMD_bind_transmitter;
	$receives{fileno $s} = $s;
	deliver(@$_) for splice @waiting;
}

# Over the first session of a system_id that receives, now or once there is one.
sub deliver {
	my ($system, $command, @fields) = @_;
	my ($s) = map { $receives{$_} } grep { $system{$_} eq $system } sort keys %receives;
	if ($s) { $outstanding{fileno($s) . '/' . $s->$command(async => 1, @fields)} = [@_] }
	else { push @waiting, [$system, $command, @fields] }
}

sub outcome {
	my ($pdu, $text) = @_;
	return ('REJECTD', 8, 17) if $text =~ /perl拒收/;
	return ('MK:0005', 5, 5) if $text =~ /停机/;
	return ('UNDELIV', 5, 27) if $pdu->{destination_addr} =~ /0$/;
	return ('DELIVRD', 2, 0);
}

sub receipt {
	my ($system, $pdu, $id, $form, $stat, $state, $err) = @_;
	my $day = strftime('%y%m%d%H%M', localtime);
	my $words = sprintf 'id:%010d sub:001 dlvrd:%03d submit date:%s done date:%s stat:%s err:%03d text:',
		$id, $state == 2, $day, $day, $stat, $err;
	my @tlvs = (receipted_message_id => "$id\0", message_state => pack('C', $state));
	my %forms = (
		text => ['deliver_sm', short_message => $words],
		tlv => ['deliver_sm', short_message => '', @tlvs],
		ucs2 => ['deliver_sm', data_coding => 8, short_message => encode('UTF-16BE', $words)],
		payload => ['deliver_sm', short_message => '', message_payload => $words],
		data_sm => ['data_sm', message_payload => $words, @tlvs],
		data_tlv => ['data_sm', @tlvs],
	);
	my ($command, @fields) = @{$forms{$form}};
	deliver($system, $command, source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr},
		esm_class => 4, @fields);
}

sub receipts {
	my ($system, $pdu, $id, $text) = @_;
	my $form = $text =~ /回执([a-z0-9_]+)/ ? $1 : $pdu->{destination_addr} =~ /[13579]$/ ? 'text' : 'tlv';
	return unless $pdu->{registered_delivery} & 3;
	receipt($system, $pdu, $id, $form, outcome($pdu, $text));
	receipt($system, $pdu, $id, $form, outcome($pdu, $text)) if $text =~ /两次/;
	receipt($system, $pdu, $id, $form, 'UNDELIV', 5, 27) if $text =~ /改口/;
}

# The whole text once all its parts are there; undef before.
sub whole {
	my ($pdu) = @_;
	my $octets = $pdu->{message_payload} // $pdu->{short_message};
	if ($pdu->{esm_class} & 0x40) {
		my $header = substr $octets, 0, 1 + ord $octets;
		my ($ref, $total, $seq) = unpack 'x3CCC', $header;
		my $at = $parts{"$pdu->{destination_addr}/$ref"} //= {};
		$at->{$seq} = substr $octets, length $header;
		return undef if keys %$at < $total;
		$octets = join '', map { $at->{$_} } 1 .. $total;
		delete $parts{"$pdu->{destination_addr}/$ref"};
	}
	return decode($pdu->{data_coding} == 8 ? 'UTF-16BE' : 'gsm0338', $octets);
}

sub respond {
	my ($s, $pdu, @fields) = @_;
	my @answer = (seq => $pdu->{seq}, @fields);
	if ($pdu->{cmd} == Net::SMPP::CMD_data_sm) { $s->data_sm_resp(@answer) }
	else { $s->submit_sm_resp(@answer) }
}

# Whether the message was not taken.
sub refused {
	my ($s, $pdu, $text) = @_;
	my $first = $text =~ /断线|太快/ && !$met{$pdu->{destination_addr}}++;
	if ($first && $text =~ /断线/) { leave($s) }
	elsif ($first) { respond($s, $pdu, message_id => '', status => 0x58) }
	elsif ($text =~ /perl不接/) { respond($s, $pdu, message_id => '', status => 0x0A) }
	else { return 0 }
	return 1;
}

sub submitted {
	my ($s, $pdu) = @_;
	my $id = $next++;
	my $system = $system{fileno $s};
	my $all = whole($pdu);
	my $text = $all // ''; # of a part: nothing is asked for
	my ($from, $number) = @$pdu{qw(source_addr destination_addr)};
	say_line('got ' . $pdu->explain_cmd . " src=$from dst=$number coding=$pdu->{data_coding} text=$text") if defined $all;
	return if refused($s, $pdu, $text);
	receipts($system, $pdu, $id, $text) if $text =~ /先到/;
	respond($s, $pdu, message_id => sprintf '%X', $id);
	receipts($system, $pdu, $id, $text) if $text !~ /先到/;
	deliver($system, 'deliver_sm', source_addr => $number, destination_addr => $from, data_coding => 8,
		short_message => encode('UTF-16BE', '收到，谢谢😀')) if $text =~ /回复我/;
	deliver($system, 'alert_notification', source_addr => $number, esme_addr => $from, ms_availability_status => "\0")
		if $text =~ /提醒我/;
}

sub leave {
	my ($s) = @_;
	delete $receives{fileno $s};
	$select->remove($s);
	close $s;
}

# What is refused for now comes again.
sub answered {
	my ($s, $pdu) = @_;
	my $what = delete $outstanding{fileno($s) . "/$pdu->{seq}"};
	say_line("deliver_resp status=$pdu->{status}");
	deliver(@$what) if $pdu->{status} == 0x64;
}

my %does = (
	Net::SMPP::CMD_bind_transceiver() => \&bound,
	Net::SMPP::CMD_bind_transmitter() => \&bound,
	Net::SMPP::CMD_bind_receiver() => \&bound,
	Net::SMPP::CMD_submit_sm() => \&submitted,
	Net::SMPP::CMD_data_sm() => \&submitted,
	Net::SMPP::CMD_enquire_link() => sub { $_[0]->enquire_link_resp(seq => $_[1]{seq}) },
	Net::SMPP::CMD_deliver_sm_resp() => \&answered,
	Net::SMPP::CMD_data_sm_resp() => \&answered,
	Net::SMPP::CMD_unbind() => sub {
		$_[0]->unbind_resp(seq => $_[1]{seq});
		leave($_[0]);
	},
);
say_line("listening on $ARGV[0]");
while (1) {
	for my $s ($select->can_read(10)) {
		if ($s == $listener) {
			my $new = $listener->accept;
			$select->add($new) if $new;
			next;
		}
		next unless defined fileno $s; # left in this turn
		my $pdu = $s->read_pdu;
		if (!$pdu) {
			leave($s);
			next;
		}
		my $do = $does{$pdu->{cmd}};
		if ($do) { $do->($s, $pdu) }
		else { say_line('ignored ' . $pdu->explain_cmd) }
	}
}
