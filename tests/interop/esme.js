// esme.js - an app made of the npm package smpp, judging what the gateway answers when its carriers are SMSCs made of
// either library. Prints "ok …" and "not ok …" lines, and a line "sent …" for each text that its carrier must have got
// ("also …": that the other carrier must have got), which the run script compares with what the SMSCs have got.
//
//   node esme.js PORT SYSTEM_ID PASSWORD SOURCE CARRIER PREFIX DATA NEXT
//
// CARRIER is its name; prefixes of numbers: PREFIX decides for it, DATA too and it is sent data_sm; NEXT has the other
// carrier as its reserve ("-": there is none).
'use strict';
const { Inbox, ask, bind, check, receipt, run, same, smpp, textOf } = require('./app.js');

const [, , port, systemId, password, source, carrier, prefix, dataPrefix, nextPrefix] = process.argv;

smpp.addTLV('carrier_status', { id: 0x3e06, type: smpp.types.tlv.cstring });

async function refusedBind() {
	const { session, resp } = await bind(port, 'bind_transceiver', systemId, 'wrong');
	check('wrong password: ESME_RINVPASWD', resp.command_status === smpp.ESME_RINVPASWD, resp.command_status);
	session.destroy();
}

async function submit(session, to, fields) {
	const resp = await ask(session, 'submit_sm', {
		source_addr: source, destination_addr: to, registered_delivery: 1, ...fields,
	});
	return resp.message_id;
}

async function texts(session, inbox) {
	const cases = [
		['GSM text', `${prefix}11111111`, 0, 'Balance 5€ [ok] {1} ~ @ £$', 'DELIVRD', 2],
		['Chinese text', `${prefix}22222222`, 8, '【银行】您尾号1234的账户收入￥5,000.00元。😀', 'DELIVRD', 2],
		['failed text', `${prefix}33333330`, 8, '这个号码是空号', 'UNDELIV', 5],
		['text by data_sm', `${dataPrefix}11111111`, 8, '【银行】您的动态密码已发送。😀', 'DELIVRD', 2],
		['GSM text by data_sm', `${dataPrefix}22222222`, 0, 'Rate {3.45} [€]', 'DELIVRD', 2],
		['receipt in data_sm', `${prefix}77777701`, 8, '回执data_sm', 'DELIVRD', 2],
		['failed receipt in data_sm', `${prefix}77777700`, 8, '回执data_sm', 'UNDELIV', 5],
		['receipt in message_payload', `${prefix}77777703`, 8, '回执payload', 'DELIVRD', 2],
		['receipt in UCS-2', `${prefix}77777705`, 8, '回执ucs2', 'DELIVRD', 2],
		['receipt in TLVs of a data_sm', `${dataPrefix}77777702`, 8, '回执data_tlv', 'DELIVRD', 2],
		['receipt before the response', `${prefix}99999901`, 8, '先到的回执', 'DELIVRD', 2],
		['receipt twice', `${prefix}99999903`, 8, '两次', 'DELIVRD', 2],
		['another end after the end', `${prefix}99999905`, 8, '改口', 'DELIVRD', 2],
	];
	for (const [what, to, dataCoding, text, stat, state] of cases) {
		const id = await submit(session, to, { data_coding: dataCoding, short_message: text });
		console.log(`sent dst=${to} text=${text}`);
		await receipt(inbox, what, id, to, source, stat, state);
	}
}

async function longText(session, inbox) {
	const to = `${prefix}44444444`;
	const text = '尊敬的客户，您的贷款申请已经受理，我们会在三个工作日内与您联系。'.repeat(4);
	const pieces = [text.slice(0, 67), text.slice(67)];
	const ids = [];
	for (let i = 0; i < pieces.length; i++) {
		const udh = Buffer.from([5, 0, 3, 77, pieces.length, i + 1]);
		ids.push(await submit(session, to, { data_coding: 8, short_message: { udh, message: pieces[i] } }));
	}
	console.log(`sent dst=${to} text=${text}`);
	for (let i = 0; i < ids.length; i++)
		await receipt(inbox, `long text, part ${i + 1}`, ids[i], to, source, 'DELIVRD', 2);
}

// What the gateway itself cuts into parts: the SMSC puts them together.
async function payload(session, inbox) {
	const to = `${prefix}44440004`;
	const text = '【保险】您的保单将于本月三十日到期，请及时续保，如有疑问请致电客服。😀'.repeat(5);
	const id = await submit(session, to, { data_coding: 8, message_payload: text });
	console.log(`sent dst=${to} text=${text}`);
	await receipt(inbox, 'message_payload in parts', id, to, source, 'DELIVRD', 2);
}

async function reply(session, inbox) {
	const to = `${prefix}55555555`;
	const text = '请回复我';
	const id = await submit(session, to, { data_coding: 8, short_message: text });
	console.log(`sent dst=${to} text=${text}`);
	await receipt(inbox, 'text that asks for a reply', id, to, source, 'DELIVRD', 2);
	const mo = await inbox.take('reply', (pdu) => (pdu.esm_class & 0x3c) === 0);
	same('reply of a phone user, byte by byte', textOf(mo), '收到，谢谢😀');
	same('reply comes from the number', `${mo.source_addr} ${mo.destination_addr}`, `${to} ${source}`);
}

async function alert(session, inbox) {
	const to = `${prefix}55550005`;
	const text = '开机提醒我';
	const id = await submit(session, to, { data_coding: 8, short_message: text });
	console.log(`sent dst=${to} text=${text}`);
	await receipt(inbox, 'text that asks for an alert', id, to, source, 'DELIVRD', 2);
	const pdu = await inbox.take('alert_notification', (p) => p.command === 'alert_notification');
	same('alert_notification: the number and the code', `${pdu.source_addr} ${pdu.esme_addr}`, `${to} ${source}`);
	same('alert_notification: ms_availability_status', pdu.ms_availability_status, 0);
}

// A stat that SMPP does not have: a failure, and the carrier's own words in a TLV.
async function operatorWord(session, inbox) {
	const to = `${prefix}99999907`;
	const id = await submit(session, to, { data_coding: 8, short_message: '已停机' });
	console.log(`sent dst=${to} text=已停机`);
	const pdu = await receipt(inbox, 'word of an operator', id, to, source, 'UNDELIV', 5);
	same('word of an operator: carrier_status', String(pdu.carrier_status), 'MK:0005 005');
}

// The first carrier refuses it, at once or in its receipt; the second one delivers; the app hears of that alone.
async function nextCarrier(session, inbox) {
	for (const [how, end] of [['拒收', 81], ['不接', 85]]) {
		const to = `${nextPrefix}888888${end}`;
		const text = `${carrier}${how}，换一家`;
		const id = await submit(session, to, { data_coding: 8, short_message: text });
		console.log(`sent dst=${to} text=${text}`);
		console.log(`also dst=${to} text=${text}`);
		await receipt(inbox, `${how} by one carrier, sent by the next`, id, to, source, 'DELIVRD', 2);
	}
}

// Forward mode: the carrier's answer is the app's.
async function forward(session, inbox) {
	const [taken, refused] = [`${prefix}66660001`, `${prefix}66660003`];
	const id = await submit(session, taken, { esm_class: smpp.ESM_CLASS.FORWARD, data_coding: 8, short_message: '转发' });
	console.log(`sent dst=${taken} text=转发`);
	await receipt(inbox, 'forward mode', id, taken, source, 'DELIVRD', 2);
	const text = `${carrier}不接`;
	const resp = await ask(session, 'submit_sm', {
		source_addr: source, destination_addr: refused, registered_delivery: 1, esm_class: smpp.ESM_CLASS.FORWARD,
		data_coding: 8, short_message: text,
	});
	console.log(`sent dst=${refused} text=${text}`);
	same('forward mode: refused with the status of the carrier', resp.command_status, smpp.ESME_RINVSRCADR);
}

// What goes wrong once and is sent again: the connection ends before the response, or the carrier wants a pause.
async function again(session, inbox) {
	for (const [what, text, end] of [['connection lost before the response', '断线一次', 83], ['throttled', '太快了', 87]]) {
		const to = `${prefix}888888${end}`;
		const id = await submit(session, to, { data_coding: 8, short_message: text });
		console.log(`sent dst=${to} text=${text}`);
		console.log(`sent dst=${to} text=${text}`);
		await receipt(inbox, what, id, to, source, 'DELIVRD', 2);
	}
}

async function transmitterAndReceiver() {
	const tx = await bind(port, 'bind_transmitter', systemId, password);
	const rx = await bind(port, 'bind_receiver', systemId, password);
	check('bind_transmitter', tx.resp.command_status === 0, tx.resp.command_status);
	check('bind_receiver', rx.resp.command_status === 0, rx.resp.command_status);
	const inbox = new Inbox(rx.session);
	const to = `${prefix}66666666`;
	const id = await submit(tx.session, to, { data_coding: 8, short_message: '两个连接' });
	console.log(`sent dst=${to} text=两个连接`);
	await receipt(inbox, 'submitted on one bind, receipt on the other', id, to, source, 'DELIVRD', 2);
	const wrong = await ask(rx.session, 'submit_sm', { destination_addr: to, short_message: 'x' });
	check('submit_sm on a receiver is refused', wrong.command_status === smpp.ESME_RINVBNDSTS, wrong.command_status);
	for (const { session } of [tx, rx])
		check('unbind is answered', (await ask(session, 'unbind', {})).command_status === 0);
}

run(async () => {
	await refusedBind();
	const { session, resp } = await bind(port, 'bind_transceiver', systemId, password);
	check('bind_transceiver', resp.command_status === 0, resp.command_status);
	const inbox = new Inbox(session);
	check('enquire_link is answered', (await ask(session, 'enquire_link', {})).command_status === 0);
	await texts(session, inbox);
	await longText(session, inbox);
	await payload(session, inbox);
	await reply(session, inbox);
	await alert(session, inbox);
	await operatorWord(session, inbox);
	if (nextPrefix !== '-') await nextCarrier(session, inbox);
	await forward(session, inbox);
	await again(session, inbox);
	same('each message had one receipt', inbox.pdus.map(textOf).join(' / '), '');
	check('unbind is answered', (await ask(session, 'unbind', {})).command_status === 0);
	await transmitterAndReceiver();
});
