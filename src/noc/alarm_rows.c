/*
 * alarm_rows.c - the table of alarms: what each means, when it is raised, and its value out of one second's inputs.
 * Must not know states, nor who is told. doc/operations.md, "Alarms", has a line for each (scripts/check-alarms).
 */
#include <math.h>

#include "noc/alarm_inputs.h"
#include "noc/alarm_priv.h"

#define USUAL_QUARTERS 95.0 /* quarters of an hour in a day, but for the last */

/* --- the gateway --- */

static double redis_down(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)
{
	(void)i, (void)s;
	return !in->gateway.store_up;
}

#define GATEWAY(name, member)                                                                                          \
	static double name(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)                     \
	{                                                                                                              \
		(void)i, (void)s;                                                                                      \
		return (double)in->gateway.member;                                                                     \
	}
GATEWAY(redis_refusing, store_refused)
GATEWAY(redis_slow, store_lag_ms)
GATEWAY(clock_jump, clock_jump_s)
GATEWAY(loop_slow, longest_turn_ms)
GATEWAY(store_full, held_percent)
GATEWAY(receipts_parked, parked_percent)
GATEWAY(waiting_age, oldest_s)
GATEWAY(waiting_depth, queued)
GATEWAY(disk_filling, records_disk_percent)
GATEWAY(work_disk_filling, work_disk_percent)
GATEWAY(files_open, files_percent)
GATEWAY(records_lost, records_lost)
GATEWAY(records_waiting, records_waiting_mb)
GATEWAY(log_lost, log_lost)
GATEWAY(posts_lost, posts_lost)
GATEWAY(lockouts, lockouts)
GATEWAY(review_age, review_s)
GATEWAY(dead_letters, dead_letters)
#undef GATEWAY

/* --- shares --- */

static double share(uint64_t part, uint64_t whole, uint64_t min)
{
	return whole == 0 || whole < min ? NAN : 100.0 * (double)part / (double)whole;
}

static double delivered_share(const struct alarm_window *w, uint64_t min)
{
	return share(w->delivered, w->delivered + w->failed, min);
}

/* Points by which the last quarter of an hour lies below the rest of the day. */
static double delivered_fall(const struct alarm_window *last15, const struct alarm_window *day, uint64_t min)
{
	uint64_t delivered = day->delivered > last15->delivered ? day->delivered - last15->delivered : 0;
	uint64_t failed = day->failed > last15->failed ? day->failed - last15->failed : 0;
	return share(delivered, delivered + failed, min) - delivered_share(last15, min); /* NAN when either is */
}

/* How many more there were in the last quarter of an hour than in a usual one of the day. */
static double more_than_usual(uint64_t last15, uint64_t day)
{
	return (double)last15 - (double)(day > last15 ? day - last15 : 0) / USUAL_QUARTERS;
}

/* --- how messages end --- */

#define OF_ENDED(name)                                                                                                 \
	static double name(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)                     \
	{                                                                                                              \
		(void)i;                                                                                               \
		return share(in->gateway.name, in->gateway.ended, s->min);                                             \
	}
OF_ENDED(expired)
OF_ENDED(unknown)

/* --- carriers --- */

/* What the operator has stopped or a reload has removed is nobody's alarm. */
static const struct alarm_carrier *working(const struct alarm_inputs *in, size_t i)
{
	const struct alarm_carrier *c = &in->carriers[i];
	return c->removed || c->stopped ? NULL : c;
}

#define CARRIER(name, expression)                                                                                      \
	static double name(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)                     \
	{                                                                                                              \
		const struct alarm_carrier *c = working(in, i);                                                        \
		(void)s;                                                                                               \
		return c ? (double)(expression) : NAN;                                                                 \
	}
CARRIER(carrier_down, c->calls ? NAN : !c->up)
CARRIER(carrier_degraded, c->up && c->binds > c->bound ? c->binds - c->bound : 0)
CARRIER(carrier_flapping, c->calls ? NAN : (double)c->losses)
CARRIER(carrier_left, c->left)
CARRIER(throttled, share(c->throttled_1m, c->answered_1m, s->min))
CARRIER(refusing, share(c->errors_1m, c->answered_1m, s->min))
CARRIER(doubts, c->doubts)
CARRIER(answer_latency, c->answer_p99_ms)
CARRIER(latency, c->receipt_p99_s)
CARRIER(delivery_ratio, delivered_share(&c->last15, s->min))
CARRIER(delivery_falling, delivered_fall(&c->last15, &c->day, s->min))
CARRIER(window_small, c->window_small)
#undef CARRIER

/* Those below hold for a carrier that is stopped, too: its queue waits, its certificate ends. */
#define CARRIER(name, expression)                                                                                      \
	static double name(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)                     \
	{                                                                                                              \
		const struct alarm_carrier *c = &in->carriers[i];                                                      \
		(void)s;                                                                                               \
		return (double)(expression);                                                                           \
	}
CARRIER(queue_age, c->oldest_s)
CARRIER(queue_depth, c->queued)
CARRIER(queue_full, share(c->queued, c->max_queued, 1))
CARRIER(carrier_certificate, c->certificate_days)
CARRIER(carrier_crl, c->crl_hours)
CARRIER(carrier_braked, c->brakes)
#undef CARRIER

/* --- accounts, listeners --- */

#define ACCOUNT(name, expression)                                                                                      \
	static double name(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)                     \
	{                                                                                                              \
		const struct alarm_account *a = &in->accounts[i];                                                      \
		(void)s;                                                                                               \
		return (double)(expression);                                                                           \
	}
ACCOUNT(account_delivery_ratio, delivered_share(&a->last15, s->min))
ACCOUNT(account_delivery_falling, delivered_fall(&a->last15, &a->day, s->min))
ACCOUNT(complaints, more_than_usual(a->last15.complaints, a->day.complaints))
ACCOUNT(optouts, more_than_usual(a->last15.optouts, a->day.optouts))
ACCOUNT(refusals, share(a->last15.refused, a->last15.refused + a->last15.accepted, s->min))
ACCOUNT(over_rate, share(a->throttled_1m, a->requests_1m, s->min))
ACCOUNT(backlog_growing, a->grown)
ACCOUNT(backlog_full, share(a->waiting, a->backlog_max, 1))
ACCOUNT(account_unbound, a->binds == 0 ? a->waiting : 0)
ACCOUNT(account_braked, a->brakes)
ACCOUNT(campaign_stopped, a->campaigns_stopped)
ACCOUNT(credit_low, a->credit)
#undef ACCOUNT

static double certificate_expiring(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)
{
	(void)s;
	return in->listeners[i].certificate_days;
}

static double crl_expiring(const struct alarm_inputs *in, size_t i, const struct alarm_setting *s)
{
	(void)s;
	return in->listeners[i].crl_hours;
}

/* --- the table --- */

#define ROW(id) [ALARM_ID_##id] = {.name = #id, .value = id
#define WHEN(raised_at, cleared_at, raised_after, cleared_after, how_bad)                                              \
	.by_default = {.threshold = (raised_at),                                                                       \
		       .clear = (cleared_at),                                                                          \
		       .after = (raised_after),                                                                        \
		       .clear_after = (cleared_after),                                                                 \
		       .severity = (how_bad),                                                                          \
		       .on = true}
#define WHEN_MIN(least, raised_at, cleared_at, raised_after, cleared_after, how_bad)                                   \
	.by_default = {.min = (least),                                                                                 \
		       .threshold = (raised_at),                                                                       \
		       .clear = (cleared_at),                                                                          \
		       .after = (raised_after),                                                                        \
		       .clear_after = (cleared_after),                                                                 \
		       .severity = (how_bad),                                                                          \
		       .on = true}

/* clang-format off */
const struct alarm_row alarm_table[ALARM_IDS] = {
	ROW(redis_down), .unit = "", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "Redis 不可用，网关拒收新短信", .en = "Redis is down; submits are refused",
	 .todo = "start Redis, or see why it cannot be reached from here (redis-cli ping)",
	 WHEN(1, 1, 3, 5, ALARM_CRITICAL)},
	ROW(redis_refusing), .unit = "writes", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "Redis 拒绝写入，新短信被拒收", .en = "Redis refuses writes (last minute); submits are refused",
	 .todo = "redis-cli info persistence, info memory: its disk or its maxmemory is full, or it has too few replicas",
	 WHEN(1, 1, 3, 5, ALARM_CRITICAL)},
	ROW(redis_slow), .unit = "ms", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "Redis 响应慢", .en = "Redis answers slowly",
	 .todo = "redis-cli slowlog get; look at the disk of its append-only file and at its CPU",
	 WHEN(500, 200, 5, 30, ALARM_WARNING)},
	ROW(clock_jump), .unit = "s", .scope = ALARM_GATEWAY, .always = true, .moment = true,
	 .zh = "系统时钟跳变", .en = "the clock of this machine has jumped",
	 .todo = "chronyc tracking, or timedatectl; times of records and schedules around it are not to be trusted",
	 WHEN(1, 1, 0, 600, ALARM_WARNING)},
	ROW(loop_slow), .unit = "ms", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "网关处理循环过慢", .en = "turns of the gateway take long",
	 .todo = "top: is the CPU taken by others, is the machine short of memory",
	 WHEN(500, 200, 3, 60, ALARM_WARNING)},
	ROW(store_full), .unit = "%", .scope = ALARM_GATEWAY,
	 .zh = "内存中的短信接近上限", .en = "messages in memory come near their bound",
	 .todo = "smppgwctl queue: which carrier does not keep up; if memory allows raise messages.max_bytes (a reload) or max_held (a restart)",
	 WHEN(80, 70, 10, 30, ALARM_CRITICAL)},
	ROW(receipts_parked), .unit = "%", .scope = ALARM_GATEWAY,
	 .zh = "大量状态报告找不到对应的短信", .en = "many receipts fit no message",
	 .todo = "smppgwctl carriers: IDS says how ids are read; set receipt_id of the carrier",
	 WHEN(50, 30, 60, 60, ALARM_WARNING)},
	ROW(waiting_age), .unit = "s", .scope = ALARM_GATEWAY,
	 .zh = "有短信等待通道过久", .en = "a message has waited long for a carrier",
	 .todo = "smppgwctl queue, smppgwctl carriers: is a route without a carrier that is up",
	 WHEN(600, 120, 30, 30, ALARM_WARNING)},
	ROW(waiting_depth), .unit = "messages", .scope = ALARM_GATEWAY,
	 .zh = "排队短信过多", .en = "many messages wait for carriers",
	 .todo = "smppgwctl queue: whose they are; pause a campaign, or have the carriers' rates raised",
	 WHEN(500000, 250000, 60, 60, ALARM_WARNING)},
	ROW(disk_filling), .unit = "%", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "话单磁盘将满", .en = "the disk of the records is filling",
	 .todo = "df; move old days of records.directory away, or shorten records.retention",
	 WHEN(90, 85, 30, 60, ALARM_CRITICAL)},
	ROW(work_disk_filling), .unit = "%", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "工作目录磁盘将满", .en = "the disk of the working directory is filling",
	 .todo = "df; the log and captures of PDUs may stand there",
	 WHEN(90, 85, 30, 60, ALARM_WARNING)},
	ROW(files_open), .unit = "%", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "打开的文件和连接接近上限", .en = "open files and connections come near the limit",
	 .todo = "raise LimitNOFILE of the service; smppgwctl binds: who holds so many",
	 WHEN(80, 70, 30, 60, ALARM_CRITICAL)},
	ROW(records_lost), .unit = "records", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "话单丢失", .en = "records were lost in the last ten minutes",
	 .todo = "is the disk of records.directory full or broken; the record `lost` says how many",
	 WHEN(1, 1, 0, 60, ALARM_CRITICAL)},
	ROW(records_waiting), .unit = "MB", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "话单写不进磁盘", .en = "the disk does not take the records",
	 .todo = "df and dmesg; at 64 MB records are lost",
	 WHEN(8, 1, 30, 30, ALARM_CRITICAL)},
	ROW(log_lost), .unit = "lines", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "日志丢失", .en = "lines of the log were lost in the last ten minutes",
	 .todo = "who reads the log is too slow: look at journald, syslog or the disk of the log file",
	 WHEN(1, 1, 0, 60, ALARM_WARNING)},
	ROW(posts_lost), .unit = "posts", .scope = ALARM_GATEWAY, .always = true,
	 .zh = "告警无法送达告警平台", .en = "the webhook did not take alarms in the last ten minutes",
	 .todo = "event=alarm_not_posted in the log says why; look at the server behind alarm.webhook",
	 WHEN(1, 1, 0, 60, ALARM_WARNING)},
	ROW(lockouts), .unit = "lockouts", .scope = ALARM_GATEWAY,
	 .zh = "连续登录失败，地址或账号被锁定", .en = "addresses or accounts are locked: binds failed again and again",
	 .todo = "smppgwctl lockouts: who; a customer with a wrong password, or somebody who guesses; smppgwctl unlock",
	 WHEN(1, 1, 0, 60, ALARM_WARNING)},
	ROW(review_age), .unit = "s", .scope = ALARM_GATEWAY,
	 .zh = "有短信等待人工审核过久", .en = "a text has waited long for a review",
	 .todo = "smppgwctl review list, then review approve or review reject; unread it expires with its validity",
	 WHEN(1800, 600, 0, 0, ALARM_WARNING)},
	ROW(expired), .unit = "%", .scope = ALARM_GATEWAY,
	 .zh = "大量短信过期未发出", .en = "many messages expired before they could be sent (last ten minutes)",
	 .todo = "smppgwctl cdr --kind ended --state EXPIRED: whose, and which carrier; waiting_age and queue_age say why",
	 WHEN_MIN(100, 5, 2, 60, 120, ALARM_WARNING)},
	ROW(unknown), .unit = "%", .scope = ALARM_GATEWAY,
	 .zh = "大量短信结果未知", .en = "many messages ended without a receipt or an answer (last ten minutes)",
	 .todo = "smppgwctl cdr --kind ended --state EXPIRED (no_receipt) and --state UNKNOWN: which carrier; does it send receipts; see receipts_parked, doubts",
	 WHEN_MIN(100, 10, 5, 60, 120, ALARM_WARNING)},
	ROW(dead_letters), .unit = "letters", .scope = ALARM_GATEWAY,
	 .zh = "状态报告和上行短信成为死信", .en = "receipts and replies were given up (last ten minutes)",
	 .todo = "smppgwctl deadletters ACCOUNT says why; when the app takes them again: smppgwctl replay ACCOUNT",
	 WHEN(100, 1, 0, 60, ALARM_WARNING)},

	ROW(carrier_down), .unit = "", .scope = ALARM_CARRIER,
	 .zh = "通道断开", .en = "the carrier is down",
	 .todo = "event=ended or bind_refused in the log says why; call the carrier",
	 WHEN(1, 1, 10, 10, ALARM_CRITICAL)},
	ROW(carrier_degraded), .unit = "binds", .scope = ALARM_CARRIER,
	 .zh = "通道连接数不足", .en = "binds of the carrier are missing",
	 .todo = "smppgwctl binds CARRIER; does the carrier allow as many binds as are configured",
	 WHEN(1, 1, 60, 10, ALARM_WARNING)},
	ROW(carrier_flapping), .unit = "losses", .scope = ALARM_CARRIER,
	 .zh = "通道频繁断开", .en = "the carrier's binds were lost several times in ten minutes",
	 .todo = "event=ended in the log says why; look at the network and at enquire_link",
	 WHEN(3, 1, 0, 0, ALARM_WARNING)},
	ROW(carrier_left), .unit = "", .scope = ALARM_CARRIER,
	 .zh = "通道质量差，已被切走", .en = "the carrier does so badly that others do its work",
	 .todo = "smppgwctl carriers CARRIER: health says why",
	 WHEN(1, 1, 0, 60, ALARM_WARNING)},
	ROW(throttled), .unit = "%", .scope = ALARM_CARRIER,
	 .zh = "通道持续限速", .en = "the carrier refuses our pace for long",
	 .todo = "compare tps with the contract; have the rate raised, or lower tps",
	 WHEN_MIN(20, 20, 5, 120, 120, ALARM_WARNING)},
	ROW(refusing), .unit = "%", .scope = ALARM_CARRIER,
	 .zh = "通道拒绝比例高", .en = "the carrier refuses many submits",
	 .todo = "smppgwctl trace one of the messages: the carrier's own words stand there",
	 WHEN_MIN(50, 30, 15, 60, 60, ALARM_WARNING)},
	ROW(queue_age), .unit = "s", .scope = ALARM_CARRIER,
	 .zh = "通道队列等待过久", .en = "a message waits long for the carrier",
	 .todo = "is the carrier slower than its tps: answer_latency, throttled; is a large campaign going out",
	 WHEN(300, 60, 20, 20, ALARM_WARNING)},
	ROW(queue_depth), .unit = "messages", .scope = ALARM_CARRIER,
	 .zh = "通道队列过长", .en = "many messages wait for the carrier",
	 .todo = "smppgwctl queue; at its tps, how long will they take",
	 WHEN(100000, 50000, 60, 60, ALARM_WARNING)},
	ROW(queue_full), .unit = "%", .scope = ALARM_CARRIER,
	 .zh = "通道队列接近上限", .en = "the carrier's queue comes near max_queued",
	 .todo = "at the bound submits are refused: raise max_queued, or have the rate raised",
	 WHEN(80, 60, 10, 30, ALARM_CRITICAL)},
	ROW(doubts), .unit = "messages", .scope = ALARM_CARRIER,
	 .zh = "大量短信提交结果未知", .en = "submits of many messages were not answered",
	 .todo = "smppgwctl doubt list --carrier CARRIER; ask the carrier, then doubt resend or doubt fail",
	 WHEN(100, 50, 30, 30, ALARM_WARNING)},
	ROW(answer_latency), .unit = "ms", .scope = ALARM_CARRIER,
	 .zh = "通道应答慢", .en = "the carrier answers submits slowly (99 of 100 within the value)",
	 .todo = "network or carrier: ping it, ask it; a larger window keeps the rate meanwhile",
	 WHEN(5000, 2000, 60, 60, ALARM_WARNING)},
	ROW(latency), .unit = "s", .scope = ALARM_CARRIER,
	 .zh = "状态报告延迟大", .en = "receipts of the carrier come late (99 of 100 within the value)",
	 .todo = "does the carrier hold receipts back; phones that are off are late, too",
	 WHEN(1800, 1200, 300, 300, ALARM_WARNING)},
	ROW(delivery_ratio), .unit = "%", .scope = ALARM_CARRIER, .below = true,
	 .zh = "通道到达率低", .en = "few of the carrier's messages are delivered (last 15 minutes)",
	 .todo = "smppgwctl cdr --carrier CARRIER --state UNDELIV: which errors; send by another carrier",
	 WHEN_MIN(100, 70, 80, 60, 120, ALARM_CRITICAL)},
	ROW(delivery_falling), .unit = "points", .scope = ALARM_CARRIER,
	 .zh = "通道到达率下降", .en = "the carrier delivers less than it usually does (15 minutes against a day)",
	 .todo = "as delivery_ratio; what has changed: texts, codes, the carrier",
	 WHEN_MIN(100, 15, 8, 60, 120, ALARM_WARNING)},
	ROW(window_small), .unit = "", .scope = ALARM_CARRIER,
	 .zh = "通道窗口太小，达不到约定速率", .en = "the carrier's window is too small for its rate",
	 .todo = "set window = 0, or as large as smppgwctl carriers says",
	 WHEN(1, 1, 60, 60, ALARM_WARNING)},
	ROW(carrier_certificate), .unit = "days", .scope = ALARM_CARRIER, .below = true, .always = true,
	 .zh = "通道客户端证书即将过期", .en = "our client certificate for the carrier ends soon",
	 .todo = "renew the file that tls.certificate of the carrier names, then smppgwctl reload",
	 WHEN(14, 15, 0, 0, ALARM_CRITICAL)},
	ROW(carrier_crl), .unit = "hours", .scope = ALARM_CARRIER, .below = true, .always = true,
	 .zh = "通道证书吊销列表即将过期", .en = "the revocation list for the carrier's certificate runs out; then it is refused",
	 .todo = "fetch a newer list into the file that tls.crl of the carrier names, then smppgwctl reload",
	 WHEN(24, 25, 0, 0, ALARM_CRITICAL)},
	ROW(carrier_braked), .unit = "brakes", .scope = ALARM_CARRIER,
	 .zh = "通道触发熔断，短信暂停发送", .en = "a brake holds back texts for the carrier",
	 .todo = "smppgwctl brake list says why; smppgwctl brake release when it is mended",
	 WHEN(1, 1, 0, 0, ALARM_WARNING)},

	ROW(account_delivery_ratio), .unit = "%", .scope = ALARM_ACCOUNT, .below = true,
	 .zh = "账号到达率低", .en = "few of the account's messages are delivered (last 15 minutes)",
	 .todo = "smppgwctl cdr --account ACCOUNT --state UNDELIV: bad numbers, or texts that carriers filter",
	 WHEN_MIN(100, 60, 70, 60, 120, ALARM_WARNING)},
	ROW(account_delivery_falling), .unit = "points", .scope = ALARM_ACCOUNT,
	 .zh = "账号到达率下降", .en = "the account's messages arrive less than usual (15 minutes against a day)",
	 .todo = "as account_delivery_ratio; has the app a new list or a new text",
	 WHEN_MIN(100, 20, 10, 60, 120, ALARM_WARNING)},
	ROW(complaints), .unit = "more", .scope = ALARM_ACCOUNT,
	 .zh = "投诉增多", .en = "more complaints than usual about the account's texts (last 15 minutes)",
	 .todo = "smppgwctl campaign list: pause what goes out; smppgwctl optout last shows who complained",
	 WHEN(10, 3, 0, 60, ALARM_CRITICAL)},
	ROW(optouts), .unit = "more", .scope = ALARM_ACCOUNT,
	 .zh = "退订增多", .en = "more people than usual say stop to the account (last 15 minutes)",
	 .todo = "as complaints",
	 WHEN(200, 50, 0, 60, ALARM_WARNING)},
	ROW(refusals), .unit = "%", .scope = ALARM_ACCOUNT,
	 .zh = "账号提交被拒比例高", .en = "many submits of the account are refused (last 15 minutes)",
	 .todo = "the dashboard and smppgw_refusals_total say by which rule; tell the app's people",
	 WHEN_MIN(100, 50, 25, 60, 120, ALARM_WARNING)},
	ROW(over_rate), .unit = "%", .scope = ALARM_ACCOUNT,
	 .zh = "账号持续超速", .en = "the account submits faster than its tps for long",
	 .todo = "raise tps of the account, or have the app slow down",
	 WHEN_MIN(100, 30, 10, 120, 120, ALARM_WARNING)},
	ROW(backlog_growing), .unit = "in 10 min", .scope = ALARM_ACCOUNT,
	 .zh = "应用不取状态报告和上行短信，积压增长", .en = "the app does not fetch its receipts and replies",
	 .todo = "smppgwctl accounts ACCOUNT: is a bind there that can receive, does it answer deliver_sm",
	 WHEN(1000, 1, 60, 60, ALARM_WARNING)},
	ROW(backlog_full), .unit = "%", .scope = ALARM_ACCOUNT,
	 .zh = "账号积压接近上限", .en = "the account's backlog comes near backlog_max",
	 .todo = "at the bound submits that want a receipt are refused: have the app fetch, or raise backlog_max",
	 WHEN(80, 60, 10, 30, ALARM_CRITICAL)},
	ROW(account_unbound), .unit = "waiting", .scope = ALARM_ACCOUNT,
	 .zh = "应用未连接，状态报告在等待", .en = "the app is not bound while receipts and replies wait for it",
	 .todo = "tell the app's people; event=bind_refused in the log says when it tries in vain",
	 WHEN(100, 1, 300, 0, ALARM_WARNING)},
	ROW(account_braked), .unit = "brakes", .scope = ALARM_ACCOUNT,
	 .zh = "账号触发熔断，短信暂停发送", .en = "a brake holds back texts of the account",
	 .todo = "smppgwctl brake list says why; smppgwctl brake release when it is mended",
	 WHEN(1, 1, 0, 0, ALARM_WARNING)},
	ROW(campaign_stopped), .unit = "campaigns", .scope = ALARM_ACCOUNT,
	 .zh = "营销活动试发不达标，已停止", .en = "a campaign of the account was stopped: its trial did badly",
	 .todo = "smppgwctl campaign show ACCOUNT CAMPAIGN says how; then campaign resume, or campaign cancel",
	 WHEN(1, 1, 0, 0, ALARM_WARNING)},
	ROW(credit_low), .unit = "yuan", .scope = ALARM_ACCOUNT, .below = true,
	 .zh = "账号余额不足", .en = "the account's credit is nearly used up; then its submits are refused",
	 .todo = "tell the customer; smppgwctl credit ACCOUNT show, credit ACCOUNT add YUAN",
	 WHEN(100, 101, 0, 0, ALARM_WARNING)},

	ROW(certificate_expiring), .unit = "days", .scope = ALARM_LISTENER, .below = true, .always = true,
	 .zh = "监听证书即将过期", .en = "the certificate that apps see ends soon",
	 .todo = "renew the file that tls.certificate of the listener names, then smppgwctl reload",
	 WHEN(14, 15, 0, 0, ALARM_CRITICAL)},
	ROW(crl_expiring), .unit = "hours", .scope = ALARM_LISTENER, .below = true, .always = true,
	 .zh = "应用证书吊销列表即将过期", .en = "the revocation list for apps' certificates runs out; then they are refused",
	 .todo = "fetch a newer list into the file that tls.client_crl of the listener names, then smppgwctl reload",
	 WHEN(24, 25, 0, 0, ALARM_CRITICAL)},
};
/* clang-format on */
const size_t alarm_table_n = ALARM_IDS;

#define GAUGE(id)                                                                                                      \
	[ALARM_ID_##id] = {"smppgw_alarm", "1 while this alarm of this object is raised.",                             \
			   STATS_GAUGE,	   ALARM_ID_##id * sizeof(uint64_t),                                           \
			   "alarm",	   #id},
const struct stats_row alarm_gauges[ALARM_IDS] = {ALARM_NAMES(GAUGE)};
#undef GAUGE
