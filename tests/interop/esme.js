// esme.js - an app made of the npm package smpp, judging what the gateway answers. Prints "ok …" and "not ok …" lines,
// and a line "sent …" for each text, which the run script compares with what the SMSCs have got.
//
//   node esme.js PORT SYSTEM_ID PASSWORD SOURCE PREFIX    PREFIX: of the numbers, decides the carrier
'use strict';
const smpp = require('smpp');

const [, , port, systemId, password, source, prefix] = process.argv;
const patience = 20000; // ms for anything to happen
let failures = 0;

function check(what, good, detail) {
	if (!good) failures++;
	console.log(`${good ? 'ok' : 'not ok'} ${what}${good || detail === undefined ? '' : ': ' + detail}`);
}

function within(what, promise) {
	let timer;
	const late = new Promise((resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`${what}: nothing within ${patience} ms`)), patience);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Everything that a session is sent, kept until someone waits for it.
class Inbox {
	constructor(session) {
		this.pdus = [];
		this.wake = () => {};
		session.on('deliver_sm', (pdu) => {
			session.send(pdu.response());
			this.pdus.push(pdu);
			this.wake();
		});
	}
	async take(what, match) {
		const found = async () => {
			for (;;) {
				const i = this.pdus.findIndex(match);
				if (i >= 0) return this.pdus.splice(i, 1)[0];
				await new Promise((resolve) => { this.wake = resolve; });
			}
		};
		return within(what, found());
	}
}

function connect() {
	const session = smpp.connect({ host: '127.0.0.1', port: Number(port) });
	session.on('error', (e) => console.log(`# session error: ${e.message}`));
	return within('connect', new Promise((resolve) => session.on('connect', () => resolve(session))));
}

function ask(session, command, fields) {
	return within(command, new Promise((resolve) => session[command](fields, resolve)));
}

async function bind(command, secret = password) {
	const session = await connect();
	const resp = await ask(session, command, { system_id: systemId, password: secret });
	return { session, resp };
}

async function refusedBind() {
	const { session, resp } = await bind('bind_transceiver', 'wrong');
	check('wrong password: ESME_RINVPASWD', resp.command_status === smpp.ESME_RINVPASWD, resp.command_status);
	session.destroy();
}

async function submit(session, to, fields) {
	const resp = await ask(session, 'submit_sm', {
		source_addr: source, destination_addr: to, registered_delivery: 1, ...fields,
	});
	return resp.message_id;
}

function isReceiptOf(id) {
	return (pdu) => pdu.esm_class === smpp.ESM_CLASS.MC_DELIVERY_RECEIPT &&
		String(pdu.receipted_message_id).replace(/\0.*/, '') === id;
}

async function receipt(inbox, what, id, to, stat, state) {
	check(`${what}: id of 18 digits`, /^[1-9][0-9]{17}$/.test(id), id);
	const pdu = await inbox.take(`${what}: receipt`, isReceiptOf(id));
	const text = pdu.short_message.message;
	check(`${what}: receipt with our id in its text`, text.startsWith(`id:${id} `), text);
	check(`${what}: receipt says ${stat}`, text.includes(`stat:${stat}`) && pdu.message_state === state, text);
	check(`${what}: receipt comes from the number`, pdu.source_addr === to && pdu.destination_addr === source,
		`${pdu.source_addr} ${pdu.destination_addr}`);
}

async function texts(session, inbox) {
	const cases = [
		['GSM text', `${prefix}11111111`, 0, 'Balance 5€ [ok] {1} ~ @ £$', 'DELIVRD', 2],
		['Chinese text', `${prefix}22222222`, 8, '【银行】您尾号1234的账户收入￥5,000.00元。😀', 'DELIVRD', 2],
		['failed text', `${prefix}33333330`, 8, '这个号码是空号', 'UNDELIV', 5],
	];
	for (const [what, to, dataCoding, text, stat, state] of cases) {
		const id = await submit(session, to, { data_coding: dataCoding, short_message: text });
		console.log(`sent dst=${to} text=${text}`);
		await receipt(inbox, what, id, to, stat, state);
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
		await receipt(inbox, `long text, part ${i + 1}`, ids[i], to, 'DELIVRD', 2);
}

async function reply(session, inbox) {
	const to = `${prefix}55555555`;
	const text = '请回复我';
	const id = await submit(session, to, { data_coding: 8, short_message: text });
	console.log(`sent dst=${to} text=${text}`);
	await receipt(inbox, 'text that asks for a reply', id, to, 'DELIVRD', 2);
	const mo = await inbox.take('reply', (pdu) => (pdu.esm_class & 0x3c) === 0);
	check('reply of a phone user, byte by byte', mo.short_message.message === '收到，谢谢😀', mo.short_message.message);
	check('reply comes from the number', mo.source_addr === to && mo.destination_addr === source,
		`${mo.source_addr} ${mo.destination_addr}`);
}

async function transmitterAndReceiver() {
	const tx = await bind('bind_transmitter');
	const rx = await bind('bind_receiver');
	check('bind_transmitter', tx.resp.command_status === 0, tx.resp.command_status);
	check('bind_receiver', rx.resp.command_status === 0, rx.resp.command_status);
	const inbox = new Inbox(rx.session);
	const to = `${prefix}66666666`;
	const id = await submit(tx.session, to, { data_coding: 8, short_message: '两个连接' });
	console.log(`sent dst=${to} text=两个连接`);
	await receipt(inbox, 'submitted on one bind, receipt on the other', id, to, 'DELIVRD', 2);
	const wrong = await ask(rx.session, 'submit_sm', { destination_addr: to, short_message: 'x' });
	check('submit_sm on a receiver is refused', wrong.command_status === smpp.ESME_RINVBNDSTS, wrong.command_status);
	for (const { session } of [tx, rx])
		check('unbind is answered', (await ask(session, 'unbind', {})).command_status === 0);
}

async function main() {
	await refusedBind();
	const { session, resp } = await bind('bind_transceiver');
	check('bind_transceiver', resp.command_status === 0, resp.command_status);
	const inbox = new Inbox(session);
	check('enquire_link is answered', (await ask(session, 'enquire_link', {})).command_status === 0);
	await texts(session, inbox);
	await longText(session, inbox);
	await reply(session, inbox);
	check('unbind is answered', (await ask(session, 'unbind', {})).command_status === 0);
	await transmitterAndReceiver();
}

main().catch((e) => check('no error', false, e.message)).finally(() => process.exit(failures ? 1 : 0));
