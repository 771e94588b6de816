// app.js - what the apps made of the npm package smpp share: a session, what came in on it, verdicts. Prints "ok …" and
// "not ok …" lines. Knows no test.
'use strict';
const smpp = require('smpp');

const patience = 20000; // ms for anything to happen
let failures = 0;

function check(what, good, detail) {
	if (!good) failures++;
	console.log(`${good ? 'ok' : 'not ok'} ${what}${good || detail === undefined ? '' : ': ' + detail}`);
}

function same(what, got, wanted) {
	check(what, got === wanted, `${got}, not ${wanted}`);
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
		this.count = 0;
		this.refusals = 0; // so many messages are refused for now
		this.wake = () => {};
		for (const command of ['deliver_sm', 'data_sm']) {
			session.on(command, (pdu) => {
				const refuse = this.refusals > 0;
				session.send(pdu.response(refuse ? { command_status: smpp.ESME_RX_T_APPN } : {}));
				if (refuse) this.refusals--;
				else this.keep(pdu);
			});
		}
		session.on('alert_notification', (pdu) => this.keep(pdu));
	}
	keep(pdu) {
		pdu.at = this.count++; // their order
		this.pdus.push(pdu);
		this.wake();
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

function connect(port) {
	const session = smpp.connect({ host: '127.0.0.1', port: Number(port) });
	session.on('error', (e) => console.log(`# session error: ${e.message}`));
	return within('connect', new Promise((resolve) => session.on('connect', () => resolve(session))));
}

function ask(session, command, fields) {
	return within(command, new Promise((resolve) => session[command](fields, resolve)));
}

async function bind(port, command, systemId, password) {
	const session = await connect(port);
	const resp = await ask(session, command, { system_id: systemId, password });
	return { session, resp };
}

// The text of a deliver_sm or data_sm.
function textOf(pdu) {
	const m = pdu.message_payload !== undefined ? pdu.message_payload : pdu.short_message;
	return m === undefined ? '' : m.message.toString();
}

function isReceiptOf(id, esmClass = smpp.ESM_CLASS.MC_DELIVERY_RECEIPT) {
	return (pdu) => pdu.esm_class === esmClass && String(pdu.receipted_message_id).replace(/\0.*/, '') === id;
}

// Waits for the final receipt of a message and judges it.
async function receipt(inbox, what, id, from, to, stat, state) {
	check(`${what}: id of 18 digits`, /^[1-9][0-9]{17}$/.test(id), id);
	const pdu = await inbox.take(`${what}: receipt`, (p) => isReceiptOf(id)(p) && p.source_addr === from);
	const text = textOf(pdu);
	check(`${what}: receipt with our id in its text`, text.startsWith(`id:${id} `), text);
	check(`${what}: receipt says ${stat}`, text.includes(`stat:${stat} `) && pdu.message_state === state, text);
	same(`${what}: receipt comes from the number to the app's code`, `${pdu.source_addr} ${pdu.destination_addr}`,
		`${from} ${to}`);
	return pdu;
}

// Runs the program; its exit status says whether all was well.
function run(main) {
	main().catch((e) => check('no error', false, e.message)).finally(() => process.exit(failures ? 1 : 0));
}

module.exports = { Inbox, ask, bind, check, isReceiptOf, receipt, run, same, smpp, textOf, within };
