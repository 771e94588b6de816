#!/usr/bin/perl
# tap.pl - stands between peers, passes every octet and writes each PDU down, as text2pcap reads it: a packet is a PDU.
# Knows of SMPP only where a PDU ends. A peer that closes is closed on the other side too.
#
#   tap.pl FILE PORT:TARGET...    listens on each PORT of 127.0.0.1 and connects to TARGET there
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

$| = 1;
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { exit 0 };
my ($file, @ways) = @ARGV;
open my $out, '>', $file or die "cannot write $file: $!\n";
$out->autoflush(1);
my $select = IO::Select->new;
my (%target, %peer, %held); # by file number: of listeners; the other side; octets of a PDU that is not whole

for (@ways) {
	my ($port, $target) = /^(\d+):(\d+)$/ or die "$_: neither PORT:TARGET\n";
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 20, ReuseAddr => 1)
		or die "cannot listen on $port: $!\n";
	$target{fileno $listener} = $target;
	$select->add($listener);
}

sub write_pdus {
	my ($at) = @_;
	while (length $held{$at} >= 16) {
		my $length = unpack 'N', $held{$at};
		last if $length < 16 || length $held{$at} < $length;
		my $pdu = substr $held{$at}, 0, $length, '';
		for (my $i = 0; $i < $length; $i += 16) {
			printf $out "%06x %s\n", $i, join ' ', map { sprintf '%02x', $_ } unpack 'C*', substr $pdu, $i, 16;
		}
		print $out "\n";
	}
}

sub ended {
	my ($s) = @_;
	my $other = delete $peer{fileno $s};
	for ($s, $other // ()) {
		delete $peer{fileno $_};
		delete $held{fileno $_};
		$select->remove($_);
	}
	close $_ for $s, $other // ();
}

sub accepted {
	my ($listener) = @_;
	my $near = $listener->accept or return;
	my $far = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $target{fileno $listener});
	if (!$far) {
		close $near;
		return;
	}
	($peer{fileno $near}, $peer{fileno $far}) = ($far, $near);
	$held{fileno $_} = '' for $near, $far;
	$select->add($near, $far);
}

sub pass {
	my ($s) = @_;
	my $to = $peer{fileno $s} or return; # ended in this turn
	my $n = sysread $s, my $octets, 65536;
	if (!$n) {
		ended($s);
		return;
	}
	$held{fileno $s} .= $octets;
	write_pdus(fileno $s);
	while (length $octets) {
		my $written = syswrite $to, $octets;
		if (!$written) {
			ended($s);
			return;
		}
		substr $octets, 0, $written, '';
	}
}

print "listening\n";
while (1) {
	for my $s ($select->can_read) {
		next unless defined fileno $s;
		if ($target{fileno $s}) { accepted($s) }
		else { pass($s) }
	}
}
