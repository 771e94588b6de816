/* binds.js - the bind map: a mark for each connection, those that are missing too, and the list of binds lost. */
const binds = (() => {
	const FLAPS_SHOWN = 8;
	let map, apps, appsNone, flaps, flapsNone, last = null;

	const BOUND = ["transmitter", "receiver", "transceiver"];
	const levelOf = (state) => (BOUND.includes(state) ? "up" : "busy");
	const shapes = { up: "M1 1h8v8h-8z", busy: "M5 .5 9.5 5 5 9.5.5 5z", missing: "M1.7 1.7h6.6v6.6h-6.6z" };
	const words = { up: "bind_up", busy: "bind_busy", missing: "bind_missing" };

	const group = () => {
		const name = dom.make("span", { class: "owner" }), marks = dom.make("span", { class: "marks", role: "img" }), note = dom.make("small");
		const node = dom.make("li", { class: "group" }, name, marks, note);

		node.parts = { name, marks, note };
		return node;
	};
	const mark = () => dom.svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, dom.svg("title"), dom.svg("path"));
	const hint = (b) => {
		if (b.state === null)
			return texts.t("bind_missing_hint", { name: b.name });
		return texts.t("bind_hint", {
			name: b.name, state: texts.has(`bind_${b.state}`) ? texts.t(`bind_${b.state}`) : b.state, peer: b.peer, n: b.outstanding,
			since: b.since_ms ? texts.t("since", { clock: format.moment(b.since_ms), time: format.seconds(Math.max(0, last.at - b.since_ms) / 1000) }) : "",
		});
	};
	const updateMark = (node, b) => {
		const level = b.state === null ? "missing" : levelOf(b.state);

		dom.attribute(node, "class", `mark ${level}`);
		dom.attribute(node.lastChild, "d", shapes[level]);
		dom.text(node.firstChild, hint(b));
	};
	const counted = (list) => {
		const n = { up: 0, busy: 0, missing: 0 };

		for (const b of list)
			n[b.state === null ? "missing" : levelOf(b.state)]++;
		return Object.keys(n).filter((k) => n[k] > 0).map((k) => `${n[k]} ${texts.t(words[k])}`).join(", ");
	};
	const updateGroup = (node, g) => {
		const p = node.parts, up = g.binds.filter((b) => b.state !== null && levelOf(b.state) === "up").length;

		dom.text(p.name, g.name);
		dom.attribute(p.name, "title", g.name);
		dom.attribute(p.marks, "aria-label", `${g.name}: ${counted(g.binds)}`);
		dom.keyed(p.marks, g.binds, (b) => b.name, mark, updateMark);
		dom.text(p.note, g.flaps > 0 ? texts.t("flaps_short", { n: g.flaps }) : `${up}/${g.binds.length}`);
		dom.attribute(node, "data-level", g.wanted !== null && up < g.wanted ? (up === 0 ? "bad" : "warn") : g.flaps > 0 ? "warn" : null);
	};
	const owned = (now, carrier) => {
		const by = new Map();

		for (const b of now.binds || [])
			if (b.carrier === carrier)
				by.set(b.owner, [...(by.get(b.owner) || []), b]);
		return by;
	};
	/* Each carrier with as many marks as it should have binds. */
	const carrierGroups = (now) => {
		const by = owned(now, true);

		return judge.sortCarriers(now).map((c) => {
			const list = [...(by.get(c.name) || [])];

			for (let i = list.length; i < c.binds; i++)
				list.push({ name: `${c.name}/${i + 1}`, state: null });
			return { name: c.name, binds: list, wanted: ["paused", "drained"].includes(c.state) ? null : c.binds, flaps: c.flaps_1h || 0 };
		});
	};
	const appGroups = (now) => [...owned(now, false)].map(([name, list]) => ({ name, binds: list, wanted: null, flaps: 0 }));

	const flapRow = () => {
		const when = dom.make("time"), who = dom.make("span", { class: "owner" }), why = dom.make("span", { class: "why" });
		const node = dom.make("li", {}, when, who, why);

		node.parts = { when, who, why };
		return node;
	};
	const legend = () => dom.make("ul", { class: "keys" }, ...Object.keys(shapes).map((level) =>
		dom.make("li", {}, dom.svg("svg", { class: `mark ${level}`, viewBox: "0 0 10 10", "aria-hidden": "true" }, dom.svg("path", { d: shapes[level] })),
			dom.make("span", { "data-t": words[level] }))));

	const build = (root) => {
		map = dom.make("ul", { class: "groups" });
		apps = dom.make("ul", { class: "groups" });
		appsNone = dom.make("p", { class: "none", "data-t": "bind_apps_none" });
		flaps = dom.make("ol", { class: "flaps" });
		flapsNone = dom.make("p", { class: "none", "data-t": "flaps_none" });
		const panel = dom.panel("bind-map", "bind_map", dom.make("h3", { "data-t": "bind_carriers" }), map,
			dom.make("h3", { "data-t": "bind_apps" }), apps, appsNone);
		panel.querySelector("header").append(legend());
		root.append(panel);
		return dom.panel("flaps", "flaps", flaps, flapsNone);
	};
	const draw = (now) => {
		last = now;
		/* Of an app the last one only: one that comes and goes would push all others out. */
		const ofApps = (now.accounts || []).filter((a) => a.lost_at_ms)
			.map((a) => ({ owner: texts.t("lost_app", { name: a.name }), at_ms: a.lost_at_ms, why: a.lost_why }));
		const clients = appGroups(now), lost = [...(now.flaps || []), ...ofApps].sort((a, b) => b.at_ms - a.at_ms).slice(0, FLAPS_SHOWN);
		const seen = new Map();
		const flapKey = (f) => {
			const key = `${f.at_ms} ${f.owner}`, n = (seen.get(key) || 0) + 1;

			seen.set(key, n);
			return `${key} ${n}`;
		};

		dom.keyed(map, carrierGroups(now), (g) => g.name, group, updateGroup);
		dom.keyed(apps, clients, (g) => g.name, group, updateGroup);
		dom.show(appsNone, clients.length === 0);
		dom.show(flapsNone, lost.length === 0);
		dom.keyed(flaps, lost, flapKey, flapRow, (node, f) => {
			dom.text(node.parts.when, format.moment(f.at_ms));
			dom.text(node.parts.who, f.owner);
			dom.attribute(node.parts.who, "title", f.owner);
			dom.text(node.parts.why, texts.has(`flap_${f.why}`) ? texts.t(`flap_${f.why}`) : f.why);
		});
	};
	return { build, draw };
})();
