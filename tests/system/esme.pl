#!/usr/bin/perl
# esme.pl - a small ESME for the system tests, written apart from smppgw's own code: does what its standard input says,
# and prints one line for everything that happens. Knows SMPP 3.4 and nothing of smppgw but its vendor TLVs.
#
#   esme.pl --port N [--host A] [--id bank] [--password secret] [--bind trx|tx|rx|no] [--version 52] [--system-type T]
#           [--first HEX [--drip]]   sends these octets before its bind, with --drip one by one
#           [--wait-on PORT]   does not connect: waits on PORT for a call with outbind, and binds on that connection
#
# Lines on standard input (key=value, text= last, it takes the rest of the line as UTF-8):
#   submit dst=… [src=…] [count=N] [class=promo] [campaign=…] [service=…] [registered=1] [esm=0] [validity=…] [ton=1] [udh=HEX] text=…
#          count=N submits N times: dst counts up (over at most S numbers with spread=S), and {n} in text and campaign is 1..N.
#          Nothing is waited for,
#          but with rate=R at most R a second leave, and with window=W at most W are without answer.
#   stop            ends a submit with rate= or window=
#   raw HEX         octets as they are        enquire         an enquire_link
#   deaf on|off     answers nothing           refuse STATUS   answers deliver_sm with it (hexadecimal), 0 = takes it again
#   unbind          and then the end          close           the connection, without unbind
# Lines printed:
#   bound status=00000000 system_id=smppgw
#   resp n=1 status=00000000 id=… us=1234 verdict=…       n: number of the submit of this run, us: time it took
#   receipt id=… stat=DELIVRD err=000 rmid=… state=2 src=… dst=… sub=001 dlvrd=001 original=… status=… text=…
#   mo src=… dst=… udh=HEX original=… text=…
#   outbind system_id=smppgw password=…
#   enquire_resp / nack status=… / unbind_resp / unbound / ended
use strict;
use warnings;
use Encode qw(decode encode);
use Getopt::Long;
use IO::Select;
use IO::Socket::INET;
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);

my %opt = (host => '127.0.0.1', id => 'bank', password => 'secret', bind => 'trx', version => 0x34, 'system-type' => '');
GetOptions(\%opt, 'host=s', 'port=i', 'id=s', 'password=s', 'bind=s', 'version=i', 'system-type=s', 'local=s',
	'wait-on=i', 'first=s', 'drip')
	or die "esme.pl: see the comment at its top\n";
my %bind_command = (rx => 1, tx => 2, trx => 9, no => 9);
my $command = $bind_command{$opt{bind}} or die "esme.pl: --bind trx, tx, rx or no\n";
$| = 1;

my $socket;
if ($opt{'wait-on'}) {
	my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $opt{'wait-on'}, Listen => 5, ReuseAddr => 1)
		or die "esme.pl: cannot listen on port $opt{'wait-on'}: $!\n";
	print "waiting\n";
	$socket = $listener->accept or die "esme.pl: accept: $!\n";
}
$socket ||= IO::Socket::INET->new(PeerAddr => $opt{host}, PeerPort => $opt{port}, Proto => 'tcp',
	$opt{local} ? (LocalAddr => $opt{local}) : ()) or do { print "ended connect=$!\n"; exit 1 };
setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
binmode $socket;
my ($in, $out, $typed) = ('', '', '');
my ($sequence, $submits, $deaf, $refuse) = (0, 0, 0, 0);
my %sent; # sequence -> [number, time]
my %load; # what submit still has to do: fields, next number, count, rate, window, began

sub cstring { return $_[0] . "\0" }

sub send_pdu { # command, status, sequence, body
	my ($id, $status, $seq, $body) = @_;
	$out .= pack('NNNN', 16 + length $body, $id, $status, $seq) . $body;
}

sub tlv { return pack('nn', $_[0], length $_[1]) . $_[1] }

sub submit {
	my (%f) = @_;
	my $text = $f{text} // '你好';
	my ($coding, $octets) = $text =~ /[^\x0a\x0d\x20-\x5a\x61-\x7a]/
		? (8, encode('UTF-16BE', $text)) : (0, encode('ascii', $text));
	my $esm = hex($f{esm} // 0);
	if ($f{udh}) {
		$octets = pack('H*', $f{udh}) . $octets;
		$esm |= 0x40;
	}
	my $tlvs = defined $f{class} ? tlv(0x3E00, cstring($f{class})) : '';
	$tlvs .= tlv(0x3E01, cstring(encode('UTF-8', $f{campaign}))) if defined $f{campaign};
	if (length $octets > 254) {
		$tlvs .= tlv(0x0424, $octets);
		$octets = '';
	}
	my $body = cstring($f{service} // '') . pack('CC', 0, 1) . cstring($f{src} // '10690001')
		. pack('CC', $f{ton} // 1, 1) . cstring($f{dst}) . pack('CCC', $esm, 0, $f{priority} // 0)
		. cstring($f{schedule} // '') . cstring($f{validity} // '')
		. pack('CCCCC', $f{registered} // 1, 0, $coding, 0, length $octets) . $octets . $tlvs;
	$sent{++$sequence} = [++$submits, time];
	send_pdu(4, 0, $sequence, $body);
}

sub submit_line {
	my ($line) = @_;
	my %f;
	$f{text} = $1 if $line =~ s/(?:^|\s)text=(.*)$//;
	for (split ' ', $line) {
		my ($k, $v) = split /=/, $_, 2;
		$f{$k} = $v;
	}
	$load{fields} = \%f;
	$load{text} = $f{text} // '你好';
	$load{dst} = $f{dst};
	$load{count} = $f{count} // 1;
	$load{rate} = $f{rate};
	$load{window} = $f{window} // 1_000_000;
	$load{next} = 1;
	$load{began} = time;
	load_on();
}

# Submits what may leave now.
sub load_on {
	return unless %load;
	my $due = $load{rate} ? 1 + int((time - $load{began}) * $load{rate}) : $load{count};
	while ($load{next} <= $load{count} && $load{next} <= $due && keys(%sent) < $load{window}) {
		my $n = $load{next}++;
		(my $now = $load{text}) =~ s/\{n\}/$n/g;
		my $spread = $load{fields}{spread} // $load{count};
		my $dst = $load{count} > 1 ? $load{dst} + ($n - 1) % $spread : $load{dst};
		my %f = %{$load{fields}};
		$f{campaign} =~ s/\{n\}/$n/g if defined $f{campaign};
		submit(%f, dst => $dst, text => $now);
	}
	%load = () if %load && $load{next} > $load{count};
}

sub told { # a line from standard input
	my ($word, $rest) = split ' ', decode('UTF-8', $_[0]), 2;
	return unless defined $word;
	$rest //= '';
	if ($word eq 'submit') { submit_line($rest) }
	elsif ($word eq 'stop') { %load = () }
	elsif ($word eq 'raw') { $out .= pack('H*', $rest =~ s/\s//gr) }
	elsif ($word eq 'enquire') { send_pdu(0x15, 0, ++$sequence, '') }
	elsif ($word eq 'deaf') { $deaf = $rest eq 'on' }
	elsif ($word eq 'refuse') { $refuse = hex $rest }
	elsif ($word eq 'unbind') { send_pdu(6, 0, ++$sequence, '') }
	elsif ($word eq 'close') { ended('asked') }
	else { print "unknown command: $word\n" }
}

sub ended {
	print "ended reason=$_[0]\n";
	exit 0;
}

# TLVs of an area as { tag => octets }.
sub tlvs {
	my ($area) = @_;
	my %found;
	while (length $area >= 4) {
		my ($tag, $n) = unpack 'nn', $area;
		last if length $area < 4 + $n;
		$found{$tag} = substr $area, 4, $n;
		$area = substr $area, 4 + $n;
	}
	return \%found;
}

sub plain { return (($_[0] // '') =~ s/\0.*//sr) }

my %gsm = (0x00 => '@', 0x01 => '£', 0x02 => '$', 0x03 => '¥', 0x11 => '_');

sub text_of { # coding, octets
	my ($coding, $octets) = @_;
	return decode('UTF-16BE', $octets) if $coding == 8;
	return join '', map { $gsm{ord $_} // $_ } split //, $octets;
}

sub show { # prints UTF-8, one line
	my $line = encode('UTF-8', $_[0]);
	$line =~ s/\n/\\n/g;
	print "$line\n";
}

sub got_deliver {
	my ($seq, $body) = @_;
	my ($service, $sn, $sp, $src, $dn, $dp, $dst, $esm, $pid, $prio, $schedule, $validity, $reg, $rep, $coding, $msg, $n)
		= unpack 'Z*CCZ*CCZ*CCCZ*Z*CCCCC', $body;
	my $fixed = length($service) + 1 + 2 + length($src) + 1 + 2 + length($dst) + 1 + 3 + length($schedule) + 1
		+ length($validity) + 1 + 5;
	my $octets = substr $body, $fixed, $n;
	my $t = tlvs(substr $body, $fixed + $n);
	$octets = $t->{0x0424} if !$n && defined $t->{0x0424};
	my $original = plain($t->{0x3E08});
	if (($esm & 0x3C) == 0x04) {
		my $text = text_of($coding, $octets);
		my ($id) = $text =~ /^id:(\S+)/;
		my ($stat) = $text =~ /stat:(\S+)/;
		my ($err) = $text =~ /err:(\S+)/;
		my ($sub) = $text =~ /sub:(\S+)/;
		my ($dlvrd) = $text =~ /dlvrd:(\S+)/;
		my $state = defined $t->{0x0427} ? ord $t->{0x0427} : '';
		show(sprintf 'receipt id=%s stat=%s err=%s rmid=%s state=%s src=%s dst=%s sub=%s dlvrd=%s status=%s via=%s text=%s',
			$id // '', $stat // '', $err // '', plain($t->{0x001E}), $state, $src, $dst, $sub // '', $dlvrd // '',
			plain($t->{0x3E06}), plain($t->{0x3E07}), $text);
	} else {
		my $udh = '';
		if ($esm & 0x40) {
			my $h = 1 + ord $octets;
			$udh = unpack 'H*', substr $octets, 0, $h;
			$octets = substr $octets, $h;
		}
		show(sprintf 'mo src=%s dst=%s udh=%s original=%s text=%s', $src, $dst, $udh, $original, text_of($coding, $octets));
	}
	send_pdu(0x80000005, $refuse, $seq, "\0") unless $deaf;
}

sub got {
	my ($id, $status, $seq, $body) = @_;
	if ($id == ($command | 0x80000000)) {
		printf "bound status=%08x system_id=%s\n", $status, plain($body);
	} elsif ($id == 0x80000004) {
		my $of = delete $sent{$seq} // [0, time];
		my $mid = plain($body);
		my $t = tlvs(substr $body, $status == 0 || length $body ? length($mid) + 1 : 0);
		printf "resp n=%d status=%08x id=%s us=%d verdict=%s\n", $of->[0], $status, $mid, (time - $of->[1]) * 1e6,
			plain($t->{0x3E05});
	} elsif ($id == 5) {
		got_deliver($seq, $body);
	} elsif ($id == 0x0B) {
		printf "outbind system_id=%s password=%s\n", unpack 'Z*Z*', $body;
		send_bind() if $opt{'wait-on'};
	} elsif ($id == 0x15) {
		send_pdu(0x80000015, 0, $seq, '') unless $deaf;
	} elsif ($id == 6) {
		send_pdu(0x80000006, 0, $seq, '');
		print "unbound\n";
	} elsif ($id == 0x80000006) {
		print "unbind_resp\n";
		ended('unbound');
	} elsif ($id == 0x80000015) {
		print "enquire_resp\n";
	} else {
		printf "nack command=%08x status=%08x seq=%d\n", $id, $status, $seq;
	}
}

sub send_bind {
	send_pdu($command, 0, ++$sequence, cstring($opt{id}) . cstring($opt{password}) . cstring($opt{'system-type'})
		. pack('CCC', $opt{version}, 0, 0) . cstring(''));
}

if (defined $opt{first}) {
	my $first = pack 'H*', $opt{first};
	for ($opt{drip} ? split //, $first : $first) {
		syswrite $socket, $_;
		select undef, undef, undef, 0.005 if $opt{drip};
	}
}
send_bind() unless $opt{'wait-on'} || $opt{bind} eq 'no';
my $readers = IO::Select->new($socket, \*STDIN);
my $writers = IO::Select->new($socket);
while (1) {
	my ($r, $w) = IO::Select->select($readers, length $out ? $writers : undef, undef,
		%load && $load{rate} ? 0.005 : 1);
	for my $h (@{$r // []}) {
		if ($h == $socket) {
			my $n = sysread $socket, $in, 65536, length $in;
			ended($! ? "error" : "closed") unless $n;
			while (length $in >= 16) {
				my ($len, $id, $status, $seq) = unpack 'NNNN', $in;
				last if length $in < $len;
				my $body = substr $in, 16, $len - 16;
				substr $in, 0, $len, '';
				got($id, $status, $seq, $body);
			}
		} else {
			my $n = sysread STDIN, $typed, 65536, length $typed;
			ended('input') unless $n;
			told($1) while $typed =~ s/^(.*)\n//;
		}
	}
	if (@{$w // []}) {
		my $n = syswrite $socket, $out;
		substr $out, 0, $n, '' if $n;
	}
	load_on();
}
