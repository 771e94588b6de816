#!/usr/bin/perl
# smsc.pl - an SMSC made of Net::SMPP (Debian: libnet-smpp-perl): takes binds and messages, sends receipts and, to a text
# with 回复我, a phone's reply. It answers with ids in hexadecimal and writes them in decimal in receipts, as old SMSCs
# do; receipts are text for odd numbers and TLVs for even ones. Prints one line for everything that happens.
#
#   smsc.pl PORT
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
my (%receives, %parts); # by file number; by number and reference
my $next = 0x12340001;

sub say_line {
	my ($line) = @_;
	$line =~ s/\n/\\n/g;
	print "$line\n";
}

sub bound {
	my ($s, $pdu) = @_;
	my $good = $pdu->{system_id} eq 'gw' && $pdu->{password} eq 'gw';
	my %answer = (seq => $pdu->{seq}, status => $good ? 0 : 0x0E, system_id => 'perl');
	if ($pdu->{cmd} == Net::SMPP::CMD_bind_transmitter) { $s->bind_transmitter_resp(%answer) }
	elsif ($pdu->{cmd} == Net::SMPP::CMD_bind_receiver) { $s->bind_receiver_resp(%answer) }
	else { $s->bind_transceiver_resp(%answer) }
	$receives{fileno $s} = $s if $good && $pdu->{cmd} != Net::SMPP::CMD_bind_transmitter;
	say_line(sprintf '%s %s system_id=%s', $good ? 'bound' : 'refused', $pdu->explain_cmd, $pdu->{system_id});
}

sub deliver {
	my (%fields) = @_;
	my ($s) = map { $receives{$_} } sort keys %receives;
	$s->deliver_sm(async => 1, %fields);
}

sub receipt {
	my ($pdu, $id) = @_;
	my ($last) = $pdu->{destination_addr} =~ /(\d)$/;
	my $failed = $last == 0;
	my $day = strftime('%y%m%d%H%M', localtime);
	my @way = (source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr}, esm_class => 4);
	if ($last % 2) {
		deliver(@way, short_message => sprintf('id:%010d sub:001 dlvrd:%03d submit date:%s done date:%s stat:%s err:%03d text:',
			$id, !$failed, $day, $day, $failed ? 'UNDELIV' : 'DELIVRD', $failed ? 27 : 0));
	} else {
		deliver(@way, short_message => '', receipted_message_id => "$id\0", message_state => pack('C', $failed ? 5 : 2));
	}
}

# The whole text once all its parts are there; undef before.
sub whole {
	my ($pdu) = @_;
	my $octets = $pdu->{short_message};
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

sub submitted {
	my ($s, $pdu) = @_;
	my $id = $next++;
	$s->submit_sm_resp(seq => $pdu->{seq}, message_id => sprintf '%X', $id);
	my $text = whole($pdu);
	if (defined $text) {
		say_line("got src=$pdu->{source_addr} dst=$pdu->{destination_addr} coding=$pdu->{data_coding} text=$text");
		deliver(source_addr => $pdu->{destination_addr}, destination_addr => $pdu->{source_addr}, data_coding => 8,
			short_message => encode('UTF-16BE', '收到，谢谢😀')) if $text =~ /回复我/;
	}
	receipt($pdu, $id) if $pdu->{registered_delivery} & 3;
}

sub leave {
	my ($s) = @_;
	delete $receives{fileno $s};
	$select->remove($s);
	close $s;
}

my %does = (
	Net::SMPP::CMD_bind_transceiver() => \&bound,
	Net::SMPP::CMD_bind_transmitter() => \&bound,
	Net::SMPP::CMD_bind_receiver() => \&bound,
	Net::SMPP::CMD_submit_sm() => \&submitted,
	Net::SMPP::CMD_enquire_link() => sub { $_[0]->enquire_link_resp(seq => $_[1]{seq}) },
	Net::SMPP::CMD_deliver_sm_resp() => sub { say_line("deliver_resp status=$_[1]{status}") },
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
