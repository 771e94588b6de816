// smsc.js - an SMSC made of the npm package smpp: takes binds and messages (submit_sm, data_sm), sends receipts and does
// what texts ask for. Prints one line for everything that happens.
//
//   node smsc.js PORT
//
// Receipts are text for odd numbers and TLVs for even ones; numbers that end in 0 fail. Texts ask for more:
//   回执data_sm 回执data_tlv 回执payload 回执ucs2   the receipt in that form
//   回复我        a phone's reply          提醒我    an alert_notification
//   先到          the receipt before the response    两次    the receipt twice    改口    then one that says UNDELIV
//   停机          a receipt with an operator's word  npm拒收  a receipt that says REJECTD
//   npm不接       ESME_RINVSRCADR for a response
//   断线 太快     the first time: the connection ends instead of a response, or ESME_RTHROTTLED
'use strict';
const smpp = require('smpp');

const port = Number(process.argv[2]);
const receivers = new Map(); // sessions that may get deliver_sm -> their system_id
const systems = new WeakMap(); // of every session that is bound
const waiting = []; // for one that receives
const parts = new Map(); // reference of a long text -> its parts
const met = new Set(); // numbers whose message has met what happens the first time
let next = 0x5a000001;

function say(line) {
	process.stdout.write(line.replace(/\n/g, '\\n') + '\n');
}

// The whole text once all its parts are there; null before.
function whole(pdu) {
	const m = pdu.message_payload !== undefined ? pdu.message_payload : pdu.short_message;
	if (!m.udh || m.udh.length === 0) return m.message;
	const [, , ref, total, seq] = m.udh[0];
	const key = pdu.destination_addr + '/' + ref;
	if (!parts.has(key)) parts.set(key, []);
	parts.get(key)[seq - 1] = m.message;
	if (Object.keys(parts.get(key)).length < total) return null;
	const text = parts.get(key).join('');
	parts.delete(key);
	return text;
}

// What is refused for now comes again.
function answered(system, command, fields, resp) {
	say(`deliver_resp status=${resp.command_status}`);
	if (resp.command_status === smpp.ESME_RX_T_APPN) setTimeout(() => deliver(system, command, fields), 50);
}

// Over the first session of a system_id that receives, now or once there is one.
function deliver(system, command, fields) {
	const [session] = [...receivers.keys()].filter((s) => receivers.get(s) === system);
	if (!session) waiting.push([system, command, fields]);
	else if (command === 'alert_notification') session.alert_notification(fields);
	else session[command](fields, (resp) => answered(system, command, fields, resp));
}

function date() {
	return new Date().toISOString().replace(/^..(..)-(..)-(..)T(..):(..).*/, '$1$2$3$4$5');
}

function outcome(pdu, text) {
	if (text.includes('npm拒收')) return { stat: 'REJECTD', state: 8, dlvrd: '000', err: '017' };
	if (text.includes('停机')) return { stat: 'MK:0005', state: 5, dlvrd: '000', err: '005' };
	if (pdu.destination_addr.endsWith('0')) return { stat: 'UNDELIV', state: 5, dlvrd: '000', err: '027' };
	return { stat: 'DELIVRD', state: 2, dlvrd: '001', err: '000' };
}

function receipt(system, pdu, id, form, { stat, state, dlvrd, err }) {
	const day = date();
	const words = `id:${id} sub:001 dlvrd:${dlvrd} submit date:${day} done date:${day} stat:${stat} err:${err} text:`;
	const tlvs = { receipted_message_id: id, message_state: state };
	const forms = {
		text: ['deliver_sm', { short_message: words }],
		tlv: ['deliver_sm', { short_message: '', ...tlvs }],
		ucs2: ['deliver_sm', { data_coding: 8, short_message: words }],
		payload: ['deliver_sm', { data_coding: 0, short_message: '', message_payload: words }],
		data_sm: ['data_sm', { data_coding: 0, message_payload: words, ...tlvs }],
		data_tlv: ['data_sm', { data_coding: 0, ...tlvs }],
	};
	const [command, fields] = forms[form];
	deliver(system, command, {
		esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
		source_addr: pdu.destination_addr,
		destination_addr: pdu.source_addr,
		...fields,
	});
}

function receipts(system, pdu, id, text) {
	const asked = /回执(\w+)/.exec(text);
	const form = asked ? asked[1] : Number(pdu.destination_addr.slice(-1)) % 2 ? 'text' : 'tlv';
	if (!(pdu.registered_delivery & 3)) return;
	receipt(system, pdu, id, form, outcome(pdu, text));
	if (text.includes('两次')) receipt(system, pdu, id, form, outcome(pdu, text));
	if (text.includes('改口')) receipt(system, pdu, id, form, { stat: 'UNDELIV', state: 5, dlvrd: '000', err: '027' });
}

// Whether the message was not taken.
function refused(session, pdu, text) {
	const number = pdu.destination_addr;
	const first = /断线|太快/.test(text) && !met.has(number);
	if (first) met.add(number);
	if (first && text.includes('断线')) session.destroy();
	else if (first) session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
	else if (text.includes('npm不接')) session.send(pdu.response({ command_status: smpp.ESME_RINVSRCADR }));
	else return false;
	return true;
}

function submitted(session, pdu) {
	const id = (next++).toString(16).toUpperCase();
	const all = whole(pdu);
	const text = all || ''; // of a part: nothing is asked for
	const number = pdu.destination_addr;
	const system = systems.get(session);
	if (all !== null)
		say(`got ${pdu.command} src=${pdu.source_addr} dst=${number} coding=${pdu.data_coding} text=${text}`);
	if (refused(session, pdu, text)) return;
	if (text.includes('先到')) receipts(system, pdu, id, text);
	session.send(pdu.response({ message_id: id }));
	if (!text.includes('先到')) receipts(system, pdu, id, text);
	if (text.includes('回复我'))
		deliver(system, 'deliver_sm', {
			source_addr: number, destination_addr: pdu.source_addr, data_coding: 8, short_message: '收到，谢谢😀',
		});
	if (text.includes('提醒我'))
		deliver(system, 'alert_notification', {
			source_addr: number, esme_addr: pdu.source_addr, ms_availability_status: 0,
		});
}

function bound(session, pdu, receives) {
	if (!/^gw(data)?$/.test(pdu.system_id) || pdu.password !== 'gw') {
		say(`refused system_id=${pdu.system_id}`);
		session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
		return;
	}
	session.send(pdu.response({ system_id: 'npm', sc_interface_version: 0x34 }));
	say(`bound ${pdu.command} system_id=${pdu.system_id}`);
	systems.set(session, pdu.system_id);
	if (!receives) return;
	receivers.set(session, pdu.system_id);
	for (const late of waiting.splice(0)) deliver(...late);
}

smpp.createServer((session) => {
	session.on('bind_transceiver', (pdu) => bound(session, pdu, true));
	session.on('bind_receiver', (pdu) => bound(session, pdu, true));
	session.on('bind_transmitter', (pdu) => bound(session, pdu, false));
	session.on('submit_sm', (pdu) => submitted(session, pdu));
	session.on('data_sm', (pdu) => submitted(session, pdu));
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('unbind', (pdu) => {
		session.send(pdu.response());
		session.close();
	});
	session.on('close', () => receivers.delete(session));
	session.on('error', (e) => say(`error ${e.message}`));
}).listen(port, '127.0.0.1', () => say(`listening on ${port}`));
process.on('SIGTERM', () => process.exit(0));
