#!/usr/bin/perl
# ops.pl - an app made of Net::SMPP (Debian: libnet-smpp-perl) that asks for every operation, judging what the gateway
# makes of it when smppsim is the carrier. Prints "ok …" and "not ok …" lines, and a line "carried …" for each number
# that the carrier must have got something for, which the run script compares with the simulator's capture.
#
#   ops.pl PORT LIBRARY PASSWORD SOURCE OUTBIND
#
# Accounts: appLIBRARY, dataLIBRARY (deliver = "data_sm"), partLIBRARY (receipts = "part"), and callLIBRARY, which the
# gateway calls on port OUTBIND.
# Numbers of 86150 reach the simulator, those of 86151 a carrier that is down, others have no route.
use strict;
use warnings;
use utf8;
use FindBin;
use Net::SMPP;
use POSIX qw(strftime);
use Time::HiRes qw(time);
use Time::Local qw(timegm);
require "$FindBin::Bin/app.pl";

use constant {
	RINVMSGID => 0x0C, RINVDSTADR => 0x0B, RCANCELFAIL => 0x11, RINVDLNAME => 0x34, RSUBMITFAIL => 0x45, RREPLACEFAIL => 0x13, RINVREPFLAG => 0x54,
	RINVSCHED => 0x61, RINVEXPIRY => 0x62,
};
my ($port, $library, $password, $source, $outbind) = @ARGV;
our $refusals; # of app.pl
my $in_ten_minutes = '000000001000000R';
my $long = '【证券】尊敬的投资者，您申购的新股已经中签，中签数量为五百股，请在今日十六点之前确保资金账户内有足额可用资金。' .
	'逾期未缴款视为放弃认购，连续十二个月内累计三次放弃的，六个月内不得参与新股申购。如有疑问，请致电客户服务热线九五五三三，' .
	'或前往就近营业部咨询。我们将竭诚为您服务，祝您投资顺利😀';
my ($s, $used) = (undef, 0);

# The library knows no TLVs of ours: it is told, as its author asks for.
Net::SMPP::param_tab->{0x3E04} = {name => 'group_key', technology => 'vendor extension'};
$Net::SMPP::param_by_name{group_key} = 0x3E04;

sub number {
	my ($prefix) = @_;
	return sprintf '%s4%07d', $prefix // '86150', ++$used;
}

sub carried {
	my ($to, $text, $parts) = @_;
	printf "carried dst=%s parts=%d text=%s\n", $to, $parts // 1, $text;
}

sub message {
	my ($to, $text, %fields) = @_;
	return (source_addr => $source, destination_addr => $to, registered_delivery => 1, data_coding => 8,
		short_message => coded(8, $text), %fields);
}

sub submit {
	my ($to, $text, %fields) = @_;
	my $resp = ask($s, 'submit_sm', message($to, $text, %fields));
	same("submit_sm to $to", $resp->{status}, 0);
	return $resp->{message_id};
}

sub ends {
	my ($what, $id, $to, $stat, $state) = @_;
	return receipt($s, $what, $id, $to, $source, $stat, $state);
}

# Asks, and judges the status of the answer.
sub gives {
	my ($what, $command, $status, @fields) = @_;
	same($what, ask($s, $command, @fields)->{status}, $status);
}

# A time of SMPP, absolute, in UTC; from seconds since 1970.
sub absolute {
	my ($at) = @_;
	return strftime('%y%m%d%H%M%S', gmtime int $at) . sprintf('%d', ($at - int $at) * 10) . '00+';
}

# Seconds since 1970 of such a time.
sub seconds_of {
	my ($time) = @_;
	my ($y, $mo, $d, $h, $mi, $sec, $nn, $sign) = $time =~ /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\d(\d\d)([-+])$/ or return 0;
	return timegm($sec, $mi, $h, $d, $mo - 1, 2000 + $y) - ($sign eq '+' ? 1 : -1) * $nn * 900;
}

sub is_state {
	my ($what, $id, $state) = @_;
	my $resp = ask($s, 'query_sm', message_id => $id, source_addr => $source);
	same("query_sm: $what: status", $resp->{status}, 0);
	same("query_sm: $what: its id", $resp->{message_id}, $id);
	same("query_sm: $what: message_state", $resp->{message_state}, $state);
	same("query_sm: $what: error_code", $resp->{error_code}, 0);
	if ($state == 1) { same("query_sm: $what: no final_date", $resp->{final_date}, '') }
	else { check("query_sm: $what: final_date", abs(seconds_of($resp->{final_date}) - time) < 60, $resp->{final_date}) }
}

sub by_id {
	my ($id, @fields) = @_;
	return (message_id => $id, source_addr => $source, @fields);
}

sub query {
	my ($held, $now) = (number(), number());
	my $pending = submit($held, '明天的预约', schedule_delivery_time => $in_ten_minutes);
	my $done = submit($now, '已到账');
	carried($now, '已到账');
	is_state('scheduled', $pending, 1);
	ends('delivered', $done, $now, 'DELIVRD', 2);
	is_state('delivered', $done, 2);
	gives('query_sm: an id that nobody has', 'query_sm', RINVMSGID, by_id('123456789012345678'));
	gives('query_sm: no id of ours', 'query_sm', RINVMSGID, by_id('bu-cun-zai'));
	gives('query_sm: another source', 'query_sm', RINVMSGID, message_id => $done, source_addr => '10699999');
	gives('query_sm: pending, another source', 'query_sm', RINVMSGID, message_id => $pending, source_addr => '10699999');
	return ($pending, $held, $done, $now);
}

sub cancel {
	my ($pending, $held, $done, $now) = @_;
	my @none = (service_type => '', destination_addr => '');
	gives('cancel_sm: another source', 'cancel_sm', RCANCELFAIL, @none, message_id => $pending, source_addr => '10699999');
	gives('cancel_sm: scheduled, by id', 'cancel_sm', 0, @none, by_id($pending));
	ends('cancelled by id', $pending, $held, 'DELETED', 4);
	is_state('cancelled', $pending, 4);
	gives('cancel_sm: once more', 'cancel_sm', RCANCELFAIL, @none, by_id($pending));
	gives('cancel_sm: delivered', 'cancel_sm', RCANCELFAIL, by_id($done, destination_addr => $now));
	gives('cancel_sm: an id that nobody has', 'cancel_sm', RCANCELFAIL, @none, by_id('123456789012345678'));
}

sub cancel_by_number {
	my ($to, $another) = (number(), number());
	my @later = (schedule_delivery_time => $in_ten_minutes);
	my $first = submit($to, '第一条', @later);
	my $second = submit($to, '第二条', @later);
	my $service = submit($to, '第三条', @later, service_type => 'CMT');
	my $stays = submit($another, '第四条', @later);
	my @pair = (message_id => '', source_addr => $source, destination_addr => $to);
	gives('cancel_sm: by source and destination', 'cancel_sm', 0, @pair);
	ends('cancelled by number, first', $first, $to, 'DELETED', 4);
	ends('cancelled by number, second', $second, $to, 'DELETED', 4);
	is_state('another service_type', $service, 1);
	is_state('another number', $stays, 1);
	gives('cancel_sm: by source and destination, nothing left', 'cancel_sm', RCANCELFAIL, @pair);
	gives('cancel_sm: by service_type too', 'cancel_sm', 0, @pair, service_type => 'CMT');
	ends('cancelled by service_type', $service, $to, 'DELETED', 4);
	gives('cancel_sm: the other one', 'cancel_sm', 0, by_id($stays, destination_addr => ''));
	ends('cancelled at last', $stays, $another, 'DELETED', 4);
}

sub cancel_by_group {
	my @numbers = (number(), number(), number());
	my @ids = map {
		submit($numbers[$_], '群发', schedule_delivery_time => $in_ten_minutes, group_key => $_ < 2 ? "spring\0" : "autumn\0")
	} 0 .. 2;
	my @none = (message_id => '', destination_addr => '');
	gives('cancel_sm: by group_key', 'cancel_sm', 0, @none, source_addr => $source, group_key => "spring\0");
	for (0, 1) {
		my $pdu = ends("cancelled by group_key, number $_", $ids[$_], $numbers[$_], 'DELETED', 4);
		same("cancelled by group_key, number $_: the receipt has it", $pdu->{group_key} // '', "spring\0");
	}
	is_state('another group_key', $ids[2], 1);
	gives('cancel_sm: the other group', 'cancel_sm', 0, @none, source_addr => '', group_key => "autumn\0");
	ends('cancelled by the other group_key', $ids[2], $numbers[2], 'DELETED', 4);
}

sub replace {
	my ($done) = @_;
	my $to = number();
	my $id = submit($to, '旧的内容', schedule_delivery_time => '000000000002000R');
	my $text = '【证券】新的内容，以此为准😀';
	my @new = (short_message => coded(8, $text));
	gives('replace_sm: scheduled', 'replace_sm', 0, by_id($id, registered_delivery => 1, @new));
	carried($to, $text);
	gives('replace_sm: another source', 'replace_sm', RREPLACEFAIL, message_id => $id, source_addr => '10699999', @new);
	gives('replace_sm: delivered', 'replace_sm', RREPLACEFAIL, by_id($done, @new));
	ends('replaced', $id, $to, 'DELIVRD', 2);
}

sub replace_if_present {
	my $to = number();
	my $old = submit($to, '余额一百元', schedule_delivery_time => $in_ten_minutes);
	my $fresh = submit($to, '余额两百元', schedule_delivery_time => '000000000001000R', replace_if_present_flag => 1);
	carried($to, '余额两百元');
	ends('replaced by a newer one', $old, $to, 'DELETED', 4);
	ends('the newer one', $fresh, $to, 'DELIVRD', 2);
	gives('replace_if_present_flag 2', 'submit_sm', RINVREPFLAG, message($to, 'x', replace_if_present_flag => 2));
}

sub multi {
	my @good = (number(), number());
	my $bad = '8610012345678';
	my $text = '【证券】系统将于今晚升级';
	my $resp = ask($s, 'submit_multi', message([$good[0], $bad, $good[1]], $text, dest_addr_ton => [1, 1, 1],
		dest_addr_npi => [1, 1, 1]));
	same('submit_multi: status', $resp->{status}, 0);
	same('submit_multi: no_unsuccess', $resp->{no_unsuccess}, 1);
	same('submit_multi: unsuccess_sme', join(' ', map { @{$resp->{$_}} } qw(dest_addr_ton dest_addr_npi destination_addr
		error_status_code)), "1 1 $bad " . RINVDSTADR);
	for my $to (@good) {
		carried($to, $text);
		ends("submit_multi, $to", $resp->{message_id}, $to, 'DELIVRD', 2);
	}
	is_state('submit_multi', $resp->{message_id}, 2);
}

# Lists are not offered; when all are refused the response says so.
sub multi_refused {
	my $to = number();
	my $some = ask($s, 'submit_multi', message(['vip', $to], '名单', dest_flag => [2, 1], dest_addr_ton => [0, 1],
		dest_addr_npi => [0, 1]));
	same('submit_multi with a list: unsuccess_sme', join(' ', map { @{$some->{$_}} } qw(destination_addr
		error_status_code)), 'vip ' . RINVDLNAME);
	carried($to, '名单');
	ends('submit_multi with a list, the number', $some->{message_id}, $to, 'DELIVRD', 2);
	my @numbers = map { 8610012345000 + $_ } 0 .. 253;
	my $none = ask($s, 'submit_multi', message(\@numbers, '名单', dest_addr_ton => [(1) x 254], dest_addr_npi => [(1) x 254]));
	same('submit_multi, all 254 refused: status', $none->{status}, RSUBMITFAIL);
	same('submit_multi, all 254 refused: unsuccess_sme', join(',', @{$none->{destination_addr} // []}), join(',', @numbers));
}

sub data_sm {
	my $to = number();
	my $text = '【证券】用 data_sm 提交';
	my $resp = ask($s, 'data_sm', source_addr => $source, destination_addr => $to, registered_delivery => 1,
		data_coding => 8, message_payload => coded(8, $text));
	same('data_sm: status', $resp->{status}, 0);
	carried($to, $text);
	ends('data_sm', $resp->{message_id}, $to, 'DELIVRD', 2);
}

sub payload {
	my $to = number();
	my $id = submit($to, '', message_payload => coded(8, $long));
	carried($to, $long, 3);
	ends('message_payload', $id, $to, 'DELIVRD', 2);
	is_state('message_payload', $id, 2);
}

sub intermediate {
	my $to = number();
	my $id = submit($to, '需要中间状态', registered_delivery => 0x11);
	carried($to, '需要中间状态');
	my $note = await($s, 'intermediate notification', sub { is_receipt($_[0], $id, 0x20) || is_receipt($_[0], $id) });
	same('intermediate notification: it comes before the receipt', $note->{esm_class}, 0x20);
	same('intermediate notification: message_state', ord $note->{message_state}, 1);
	check('intermediate notification: text', octets_of($note) =~ /^id:$id .*stat:ENROUTE /, octets_of($note));
	gives('cancel_sm: the carrier has it', 'cancel_sm', RCANCELFAIL, by_id($id, destination_addr => ''));
	gives('replace_sm: the carrier has it', 'replace_sm', RREPLACEFAIL, by_id($id, short_message => ''));
	ends('after an intermediate notification', $id, $to, 'DELIVRD', 2);
}

sub schedule {
	my $at = time + 2;
	my ($first_to, $second_to, $far) = (number(), number(), number());
	my $first = submit($first_to, '准时发送', schedule_delivery_time => absolute($at));
	my $from = time;
	my $second = submit($second_to, '两秒后发送', schedule_delivery_time => '000000000002000R');
	carried($first_to, '准时发送');
	carried($second_to, '两秒后发送');
	ends('absolute schedule_delivery_time', $first, $first_to, 'DELIVRD', 2);
	check('absolute schedule_delivery_time: not before it', time >= $at - 0.1, $at - time . ' s early');
	ends('relative schedule_delivery_time', $second, $second_to, 'DELIVRD', 2);
	check('relative schedule_delivery_time: not before it', time - $from >= 2, time - $from . ' s');
	gives('schedule_delivery_time in 40 days', 'submit_sm', RINVSCHED,
		message($far, '太久', schedule_delivery_time => absolute(time + 40 * 86400)));
	gives('validity_period in the past', 'submit_sm', RINVEXPIRY,
		message($far, '过期', validity_period => absolute(time - 60)));
}

sub validity {
	my $to = number('86151');
	my $id = submit($to, '两秒内有效', validity_period => '000000000002000R');
	ends('validity_period, carrier down', $id, $to, 'EXPIRED', 3);
	is_state('expired', $id, 3);
}

sub all_taken {
	my ($what, $on) = @_;
	same($what, join(' / ', map { octets_of($_) } @{left($on)}), '');
	same("$what: unbind", ask($on, 'unbind')->{status}, 0);
}

sub as_account {
	my ($kind, $does) = @_;
	my $before = $s;
	($s) = connect_as($port, 'transceiver', $kind . $library, $password);
	$does->();
	all_taken("account $kind: nothing else came", $s);
	$s = $before;
}

sub with_data_sm {
	my ($done) = @_;
	my $to = number();
	my $id = submit($to, '回执用 data_sm');
	carried($to, '回执用 data_sm');
	my $pdu = ends('deliver = "data_sm"', $id, $to, 'DELIVRD', 2);
	same('deliver = "data_sm": it is one', $pdu->{cmd}, Net::SMPP::CMD_data_sm);
	gives('query_sm: another account', 'query_sm', RINVMSGID, by_id($done));
}

sub per_part {
	my $to = number();
	my $id = submit($to, '', message_payload => coded(8, $long));
	carried($to, $long, 3);
	my @seen;
	for (1 .. 3) {
		my $pdu = ends('receipts = "part"', $id, $to, 'DELIVRD', 2);
		push @seen, join '/', map { ord($pdu->{$_} // '') } qw(sar_segment_seqnum sar_total_segments);
	}
	same('receipts = "part": each part', join(' ', sort @seen), '1/3 2/3 3/3');
}

# What waits for an app that is not bound makes the gateway call it; what it refuses for now comes again.
sub called {
	my $to = number();
	my $listener = Net::SMPP->new_listen('127.0.0.1', port => $outbind, timeout => 20) or die "cannot listen on $outbind: $!\n";
	my ($tx) = connect_as($port, 'transmitter', "call$library", $password);
	my $id = ask($tx, 'submit_sm', message($to, '不在线'))->{message_id};
	carried($to, '不在线');
	same('bound as transmitter: unbind', ask($tx, 'unbind')->{status}, 0);
	my $c = $listener->accept or die "outbind: nobody calls\n";
	my $pdu = await($c, 'outbind', sub { $_[0]{cmd} == Net::SMPP::CMD_outbind });
	same('outbind: system_id', $pdu->{system_id}, 'smppgw');
	same('outbind: password', $pdu->{password}, 'call');
	my $resp = ask($c, 'bind_receiver', system_id => "call$library", password => $password);
	same('bind_receiver on the connection of the outbind', $resp->{status}, 0);
	$refusals = 1;
	receipt($c, 'app that was called', $id, $to, $source, 'DELIVRD', 2);
	check('app that was called: it had refused one', $refusals <= 0, $refusals);
	all_taken('app that was called: nothing else came', $c);
}

run(sub {
	($s, my $resp) = connect_as($port, 'transceiver', "app$library", $password);
	same('bind_transceiver', $resp->{status}, 0);
	my ($pending, $held, $done, $now) = query();
	cancel($pending, $held, $done, $now);
	cancel_by_number();
	cancel_by_group();
	replace($done);
	replace_if_present();
	multi();
	multi_refused();
	data_sm();
	payload();
	intermediate();
	schedule();
	validity();
	as_account('data', sub { with_data_sm($done) });
	as_account('part', \&per_part);
	called();
	all_taken('nothing else came', $s);
});
