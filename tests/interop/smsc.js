// smsc.js - an SMSC made of the npm package smpp: takes binds and messages, sends receipts (as text for odd numbers, as
// TLVs for even ones) and, to a text with 回复我, a phone's reply. Prints one line for everything that happens.
//
//   node smsc.js PORT
'use strict';
const smpp = require('smpp');

const port = Number(process.argv[2]);
const receivers = new Set(); // sessions that may get deliver_sm
const parts = new Map(); // reference of a long text -> its parts
let next = 0x5a000001;

function say(line) {
	process.stdout.write(line.replace(/\n/g, '\\n') + '\n');
}

// The whole text once all its parts are there; null before.
function whole(pdu) {
	const m = pdu.short_message;
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

function deliver(fields) {
	const session = [...receivers][0];
	session.deliver_sm(fields, (resp) => say(`deliver_resp status=${resp.command_status}`));
}

function date() {
	return new Date().toISOString().replace(/^..(..)-(..)-(..)T(..):(..).*/, '$1$2$3$4$5');
}

function receipt(pdu, id) {
	const failed = pdu.destination_addr.endsWith('0');
	const stat = failed ? 'UNDELIV' : 'DELIVRD';
	const fields = {
		esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
		source_addr: pdu.destination_addr,
		destination_addr: pdu.source_addr,
	};
	if (Number(pdu.destination_addr.slice(-1)) % 2) {
		const day = date();
		fields.short_message = `id:${id} sub:001 dlvrd:${failed ? '000' : '001'} submit date:${day} done date:${day} ` +
			`stat:${stat} err:${failed ? '027' : '000'} text:`;
	} else {
		fields.receipted_message_id = id;
		fields.message_state = failed ? 5 : 2;
		fields.short_message = '';
	}
	deliver(fields);
}

function submitted(session, pdu) {
	const id = (next++).toString(16).toUpperCase();
	session.send(pdu.response({ message_id: id }));
	const text = whole(pdu);
	if (text !== null) {
		say(`got src=${pdu.source_addr} dst=${pdu.destination_addr} coding=${pdu.data_coding} text=${text}`);
		if (text.includes('回复我')) {
			deliver({
				source_addr: pdu.destination_addr,
				destination_addr: pdu.source_addr,
				data_coding: 8,
				short_message: '收到，谢谢😀',
			});
		}
	}
	if (pdu.registered_delivery & 3) receipt(pdu, id);
}

function bound(session, pdu, receives) {
	if (pdu.system_id !== 'gw' || pdu.password !== 'gw') {
		say(`refused system_id=${pdu.system_id}`);
		session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
		return;
	}
	session.send(pdu.response({ system_id: 'npm', sc_interface_version: 0x34 }));
	if (receives) receivers.add(session);
	say(`bound ${pdu.command} system_id=${pdu.system_id}`);
}

smpp.createServer((session) => {
	session.on('bind_transceiver', (pdu) => bound(session, pdu, true));
	session.on('bind_receiver', (pdu) => bound(session, pdu, true));
	session.on('bind_transmitter', (pdu) => bound(session, pdu, false));
	session.on('submit_sm', (pdu) => submitted(session, pdu));
	session.on('enquire_link', (pdu) => session.send(pdu.response()));
	session.on('unbind', (pdu) => {
		session.send(pdu.response());
		session.close();
	});
	session.on('close', () => receivers.delete(session));
	session.on('error', (e) => say(`error ${e.message}`));
}).listen(port, '127.0.0.1', () => say(`listening on ${port}`));
process.on('SIGTERM', () => process.exit(0));
