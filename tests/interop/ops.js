// ops.js - an app made of the npm package smpp that asks for every operation, judging what the gateway makes of it when
// smppsim is the carrier. Prints "ok …" and "not ok …" lines, and a line "carried …" for each number that the carrier
// must have got something for, which the run script compares with the simulator's capture.
//
//   node ops.js PORT LIBRARY PASSWORD SOURCE OUTBIND
//
// Accounts: appLIBRARY, dataLIBRARY (deliver = "data_sm"), partLIBRARY (receipts = "part"), and callLIBRARY, which the
// gateway calls on port OUTBIND.
// Numbers of 86150 reach the simulator, those of 86151 a carrier that is down, others have no route.
'use strict';
const { Inbox, ask, bind, check, isReceiptOf, receipt, run, same, smpp, textOf, within } = require('./app.js');

const [, , port, library, password, source, outbind] = process.argv;
const inTenMinutes = '000000001000000R';
const long = '【银行】尊敬的客户，您申请的个人住房贷款已经审批通过，年利率为百分之三点四五，分三百六十期归还，每月二十日为还款日。' +
	'请登录手机银行查看合同全文，并在七日内完成电子签名，逾期申请将自动失效。如有疑问，请致电客户服务热线九五五八八，或前往就近网点咨询。' +
	'我们将竭诚为您服务，祝您生活愉快😀';
let session, inbox, used = 0;

smpp.addTLV('group_key', { id: 0x3e04, type: smpp.types.tlv.cstring });

function number(prefix = '86150') {
	return `${prefix}3${String(++used).padStart(7, '0')}`;
}

function carried(to, text, parts = 1) {
	console.log(`carried dst=${to} parts=${parts} text=${text}`);
}

function message(to, text, fields) {
	return { source_addr: source, destination_addr: to, registered_delivery: 1, data_coding: 8, short_message: text, ...fields };
}

async function submit(to, text, fields) {
	const resp = await ask(session, 'submit_sm', message(to, text, fields));
	same(`submit_sm to ${to}`, resp.command_status, 0);
	return resp.message_id;
}

function ends(what, id, to, stat, state) {
	return receipt(inbox, what, id, to, source, stat, state);
}

// Asks, and judges the status of the answer.
async function gives(what, command, fields, status) {
	same(what, (await ask(session, command, fields)).command_status, status);
}

function queried(id, from = source) {
	return ask(session, 'query_sm', { message_id: id, source_addr: from });
}

async function isState(what, id, state) {
	const resp = await queried(id);
	same(`query_sm: ${what}: status`, resp.command_status, 0);
	same(`query_sm: ${what}: its id`, resp.message_id, id);
	same(`query_sm: ${what}: message_state`, resp.message_state, state);
	same(`query_sm: ${what}: error_code`, resp.error_code, 0);
	if (state === 1) same(`query_sm: ${what}: no final_date`, resp.final_date, '');
	else check(`query_sm: ${what}: final_date`, Math.abs(resp.final_date - Date.now()) < 60000, resp.final_date);
}

function byId(id, fields) {
	return { message_id: id, source_addr: source, ...fields };
}

async function query() {
	const [held, now] = [number(), number()];
	const pending = await submit(held, '明天的预约', { schedule_delivery_time: inTenMinutes });
	const done = await submit(now, '已到账');
	carried(now, '已到账');
	await isState('scheduled', pending, 1);
	await ends('delivered', done, now, 'DELIVRD', 2);
	await isState('delivered', done, 2);
	await gives('query_sm: an id that nobody has', 'query_sm', byId('123456789012345678'), smpp.ESME_RINVMSGID);
	await gives('query_sm: no id of ours', 'query_sm', byId('bu-cun-zai'), smpp.ESME_RINVMSGID);
	await gives('query_sm: another source', 'query_sm', { message_id: done, source_addr: '10699999' }, smpp.ESME_RINVMSGID);
	await gives('query_sm: pending, another source', 'query_sm', { message_id: pending, source_addr: '10699999' },
		smpp.ESME_RINVMSGID);
	return { pending, held, done, now };
}

async function cancel({ pending, held, done, now }) {
	await gives('cancel_sm: another source', 'cancel_sm', { message_id: pending, source_addr: '10699999' },
		smpp.ESME_RCANCELFAIL);
	await gives('cancel_sm: scheduled, by id', 'cancel_sm', byId(pending), 0);
	await ends('cancelled by id', pending, held, 'DELETED', 4);
	await isState('cancelled', pending, 4);
	await gives('cancel_sm: once more', 'cancel_sm', byId(pending), smpp.ESME_RCANCELFAIL);
	await gives('cancel_sm: delivered', 'cancel_sm', byId(done, { destination_addr: now }), smpp.ESME_RCANCELFAIL);
	await gives('cancel_sm: an id that nobody has', 'cancel_sm', byId('123456789012345678'), smpp.ESME_RCANCELFAIL);
}

async function cancelByNumber() {
	const [to, another] = [number(), number()];
	const later = { schedule_delivery_time: inTenMinutes };
	const first = await submit(to, '第一条', later);
	const second = await submit(to, '第二条', later);
	const service = await submit(to, '第三条', { ...later, service_type: 'CMT' });
	const stays = await submit(another, '第四条', later);
	const pair = { source_addr: source, destination_addr: to };
	await gives('cancel_sm: by source and destination', 'cancel_sm', pair, 0);
	await ends('cancelled by number, first', first, to, 'DELETED', 4);
	await ends('cancelled by number, second', second, to, 'DELETED', 4);
	await isState('another service_type', service, 1);
	await isState('another number', stays, 1);
	await gives('cancel_sm: by source and destination, nothing left', 'cancel_sm', pair, smpp.ESME_RCANCELFAIL);
	await gives('cancel_sm: by service_type too', 'cancel_sm', { ...pair, service_type: 'CMT' }, 0);
	await ends('cancelled by service_type', service, to, 'DELETED', 4);
	await gives('cancel_sm: the other one', 'cancel_sm', byId(stays), 0);
	await ends('cancelled at last', stays, another, 'DELETED', 4);
}

async function cancelByGroup() {
	const numbers = [number(), number(), number()];
	const ids = [];
	for (const [i, to] of numbers.entries())
		ids.push(await submit(to, '群发', { schedule_delivery_time: inTenMinutes, group_key: i < 2 ? 'spring' : 'autumn' }));
	await gives('cancel_sm: by group_key', 'cancel_sm', { source_addr: source, group_key: 'spring' }, 0);
	for (let i = 0; i < 2; i++) {
		const pdu = await ends(`cancelled by group_key, number ${i + 1}`, ids[i], numbers[i], 'DELETED', 4);
		same(`cancelled by group_key, number ${i + 1}: the receipt has it`, pdu.group_key, 'spring');
	}
	await isState('another group_key', ids[2], 1);
	await gives('cancel_sm: the other group', 'cancel_sm', { group_key: 'autumn' }, 0);
	await ends('cancelled by the other group_key', ids[2], numbers[2], 'DELETED', 4);
}

async function replace(done) {
	const to = number();
	const id = await submit(to, '旧的内容', { schedule_delivery_time: '2' });
	const text = '【银行】新的内容，以此为准😀';
	const short_message = Buffer.from(text, 'utf16le').swap16(); // the library does not know its data_coding
	await gives('replace_sm: scheduled', 'replace_sm', byId(id, { registered_delivery: 1, short_message }), 0);
	carried(to, text);
	await gives('replace_sm: another source', 'replace_sm', { message_id: id, source_addr: '10699999', short_message },
		smpp.ESME_RREPLACEFAIL);
	await gives('replace_sm: delivered', 'replace_sm', byId(done, { short_message }), smpp.ESME_RREPLACEFAIL);
	await ends('replaced', id, to, 'DELIVRD', 2);
}

async function replaceIfPresent() {
	const to = number();
	const old = await submit(to, '余额一百元', { schedule_delivery_time: inTenMinutes });
	const fresh = await submit(to, '余额两百元', { schedule_delivery_time: '1', replace_if_present_flag: 1 });
	carried(to, '余额两百元');
	await ends('replaced by a newer one', old, to, 'DELETED', 4);
	await ends('the newer one', fresh, to, 'DELIVRD', 2);
	await gives('replace_if_present_flag 2', 'submit_sm', message(to, 'x', { replace_if_present_flag: 2 }), 0x54);
}

async function multi() {
	const good = [number(), number()];
	const bad = '8610012345678';
	const text = '【银行】系统将于今晚升级';
	const dest_address = [good[0], bad, good[1]].map((a) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: a }));
	const resp = await ask(session, 'submit_multi', {
		source_addr: source, dest_address, registered_delivery: 1, data_coding: 8, short_message: text,
	});
	same('submit_multi: status', resp.command_status, 0);
	same('submit_multi: unsuccess_sme', JSON.stringify(resp.unsuccess_sme), JSON.stringify([
		{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: bad, error_status_code: smpp.ESME_RINVDSTADR }]));
	for (const to of good) {
		carried(to, text);
		await ends(`submit_multi, ${to}`, resp.message_id, to, 'DELIVRD', 2);
	}
	await isState('submit_multi', resp.message_id, 2);
}

// Lists are not offered; when all are refused the response says so.
async function multiRefused() {
	const to = number();
	const fields = { source_addr: source, registered_delivery: 1, data_coding: 8, short_message: '名单' };
	const some = await ask(session, 'submit_multi', { ...fields,
		dest_address: [{ dl_name: 'vip' }, { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: to }] });
	same('submit_multi with a list: unsuccess_sme', some.unsuccess_sme.map((u) =>
		`${u.destination_addr} ${u.error_status_code}`).join(), `vip ${smpp.ESME_RINVDLNAME}`);
	carried(to, '名单');
	await ends('submit_multi with a list, the number', some.message_id, to, 'DELIVRD', 2);
	const numbers = [];
	for (let i = 0; i < 254; i++) numbers.push(String(8610012345000 + i));
	const none = await ask(session, 'submit_multi', { ...fields,
		dest_address: numbers.map((a) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: a })) });
	same('submit_multi, all 254 refused: status', none.command_status, smpp.ESME_RSUBMITFAIL);
	same('submit_multi, all 254 refused: unsuccess_sme', (none.unsuccess_sme || []).map((u) => u.destination_addr).join(),
		numbers.join());
}

async function dataSm() {
	const to = number();
	const text = '【银行】用 data_sm 提交';
	const resp = await ask(session, 'data_sm', {
		source_addr: source, destination_addr: to, registered_delivery: 1, data_coding: 8, message_payload: text,
	});
	same('data_sm: status', resp.command_status, 0);
	carried(to, text);
	await ends('data_sm', resp.message_id, to, 'DELIVRD', 2);
}

async function payload() {
	const to = number();
	const resp = await ask(session, 'submit_sm', message(to, '', { message_payload: long }));
	same('message_payload: status', resp.command_status, 0);
	carried(to, long, 3);
	await ends('message_payload', resp.message_id, to, 'DELIVRD', 2);
	await isState('message_payload', resp.message_id, 2);
}

async function intermediate() {
	const to = number();
	const id = await submit(to, '需要中间状态', { registered_delivery: 0x11 });
	carried(to, '需要中间状态');
	const note = await inbox.take('intermediate notification', isReceiptOf(id, smpp.ESM_CLASS.INTERMEDIATE_DELIVERY));
	same('intermediate notification: message_state', note.message_state, 1);
	check('intermediate notification: text', textOf(note).startsWith(`id:${id} `) && textOf(note).includes('stat:ENROUTE '),
		textOf(note));
	await gives('cancel_sm: the carrier has it', 'cancel_sm', byId(id), smpp.ESME_RCANCELFAIL);
	await gives('replace_sm: the carrier has it', 'replace_sm', byId(id), smpp.ESME_RREPLACEFAIL);
	const end = await ends('after an intermediate notification', id, to, 'DELIVRD', 2);
	check('intermediate notification: before the receipt', note.at < end.at, `${note.at} ${end.at}`);
}

async function schedule() {
	const at = new Date(Date.now() + 2000);
	const [absolute, relative, far] = [number(), number(), number()];
	const first = await submit(absolute, '准时发送', { schedule_delivery_time: at });
	const from = Date.now();
	const second = await submit(relative, '两秒后发送', { schedule_delivery_time: '2' });
	carried(absolute, '准时发送');
	carried(relative, '两秒后发送');
	await ends('absolute schedule_delivery_time', first, absolute, 'DELIVRD', 2);
	check('absolute schedule_delivery_time: not before it', Date.now() >= at - 100, `${at - Date.now()} ms early`);
	await ends('relative schedule_delivery_time', second, relative, 'DELIVRD', 2);
	check('relative schedule_delivery_time: not before it', Date.now() - from >= 2000, `${Date.now() - from} ms`);
	await gives('schedule_delivery_time in 40 days', 'submit_sm',
		message(far, '太久', { schedule_delivery_time: new Date(Date.now() + 40 * 86400000) }), smpp.ESME_RINVSCHED);
	await gives('validity_period in the past', 'submit_sm',
		message(far, '过期', { validity_period: new Date(Date.now() - 60000) }), smpp.ESME_RINVEXPIRY);
}

async function validity() {
	const to = number('86151');
	const id = await submit(to, '两秒内有效', { validity_period: '2' });
	await ends('validity_period, carrier down', id, to, 'EXPIRED', 3);
	await isState('expired', id, 3);
}

async function asAccount(kind, what) {
	const before = [session, inbox];
	session = (await bind(port, 'bind_transceiver', kind + library, password)).session;
	inbox = new Inbox(session);
	await what();
	same(`account ${kind}: nothing else came`, inbox.pdus.map(textOf).join(' / '), '');
	same(`account ${kind}: unbind`, (await ask(session, 'unbind', {})).command_status, 0);
	[session, inbox] = before;
}

async function withDataSm(done) {
	const to = number();
	const id = await submit(to, '回执用 data_sm', { registered_delivery: 1 });
	carried(to, '回执用 data_sm');
	const pdu = await ends('deliver = "data_sm"', id, to, 'DELIVRD', 2);
	same('deliver = "data_sm": it is one', pdu.command, 'data_sm');
	await gives('query_sm: another account', 'query_sm', byId(done), smpp.ESME_RINVMSGID);
}

async function perPart() {
	const to = number();
	const resp = await ask(session, 'submit_sm', message(to, '', { message_payload: long }));
	carried(to, long, 3);
	const seen = [];
	for (let i = 0; i < 3; i++) {
		const pdu = await ends('receipts = "part"', resp.message_id, to, 'DELIVRD', 2);
		seen.push(`${pdu.sar_segment_seqnum}/${pdu.sar_total_segments}`);
	}
	same('receipts = "part": each part', seen.sort().join(' '), '1/3 2/3 3/3');
}

// What waits for an app that is not bound makes the gateway call it; what it refuses for now comes again.
async function called() {
	const to = number();
	let box;
	const call = new Promise((resolve) => {
		smpp.createServer((s) => {
			box = new Inbox(s);
			box.refusals = 1;
			s.on('outbind', (pdu) => resolve({ s, pdu }));
		}).listen(Number(outbind), '127.0.0.1');
	});
	const tx = (await bind(port, 'bind_transmitter', `call${library}`, password)).session;
	const sent = await ask(tx, 'submit_sm', message(to, '不在线'));
	carried(to, '不在线');
	same('bound as transmitter: unbind', (await ask(tx, 'unbind', {})).command_status, 0);
	const { s, pdu } = await within('outbind', call);
	same('outbind: system_id', pdu.system_id, 'smppgw');
	same('outbind: password', pdu.password, 'call');
	const resp = await ask(s, 'bind_receiver', { system_id: `call${library}`, password });
	same('bind_receiver on the connection of the outbind', resp.command_status, 0);
	await receipt(box, 'app that was called', sent.message_id, to, source, 'DELIVRD', 2);
	same('app that was called: it had refused one', box.refusals, 0);
	same('app that was called: nothing else came', box.pdus.map(textOf).join(' / '), '');
	same('app that was called: unbind', (await ask(s, 'unbind', {})).command_status, 0);
}

run(async () => {
	const { resp, ...rest } = await bind(port, 'bind_transceiver', `app${library}`, password);
	same('bind_transceiver', resp.command_status, 0);
	session = rest.session;
	inbox = new Inbox(session);
	const known = await query();
	await cancel(known);
	await cancelByNumber();
	await cancelByGroup();
	await replace(known.done);
	await replaceIfPresent();
	await multi();
	await multiRefused();
	await dataSm();
	await payload();
	await intermediate();
	await schedule();
	await validity();
	await asAccount('data', () => withDataSm(known.done));
	await asAccount('part', perPart);
	await called();
	same('nothing else came', inbox.pdus.map(textOf).join(' / '), '');
	same('unbind is answered', (await ask(session, 'unbind', {})).command_status, 0);
});
