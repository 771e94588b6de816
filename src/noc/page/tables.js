/* tables.js - the small tables: operators, accounts, classes, campaigns, each with delivery ratio and traffic in three
   periods, and the bars of refusals by reason. */
const tables = (() => {
	const PERIODS = ["1m", "15m", "24h"], SHOWN = 8;
	/* Rows of /api/now: which list, what counts as its traffic. */
	const kinds = [
		{ id: "operators", dim: "operator", what: "sent", note: "ratio_and_sent" },
		{ id: "classes", dim: "class", what: "accepted", note: "ratio_and_accepted" },
		{ id: "accounts", dim: "account", what: "accepted", note: "ratio_and_accepted" },
		{ id: "campaigns", dim: "campaign", what: "accepted", note: "ratio_and_accepted" },
	];
	const made = {};
	let onPick, last = null, reasons;

	const nameOf = (kind, row) => (kind.dim === "operator" && row.name === "?" ? texts.t("unknown_operator") : row.name);
	const row = (kind, item) => {
		const name = dom.make("button", { type: "button", class: "name" }), bar = dom.make("i"), note = dom.make("small");
		const cells = PERIODS.map(() => ({ value: dom.make("b"), note: dom.make("small") }));
		const node = dom.make("tr", { role: "row", "data-name": item.name },
			dom.make("th", { role: "rowheader", scope: "row" }, name, note, dom.make("span", { class: "bar", "aria-hidden": "true" }, bar)),
			...cells.map((c) => dom.make("td", { role: "cell" }, c.value, c.note)));

		name.addEventListener("click", () => onPick(kind.dim, item.name));
		node.parts = { name, bar, note, cells };
		return node;
	};
	const noteOf = (kind, item) => {
		const notes = [];

		if (kind.dim === "account" && judge.alarmed(last, "account", item.name))
			notes.push(texts.t("state_alarm"));
		if (kind.id === "accounts") {
			notes.push(texts.t("of_binds", { n: item.binds, max: item.max_binds }));
			if (item.waiting + item.backlog > 0)
				notes.push(texts.t("backlog", { n: format.count(Math.max(item.waiting, item.backlog)) }));
		}
		if (item.w["15m"].refused > 0)
			notes.push(texts.t("refused_n", { n: format.count(item.w["15m"].refused) }));
		return notes.join(" · ");
	};
	const update = (kind, top) => (node, item) => {
		const p = node.parts, name = nameOf(kind, item);

		dom.text(p.name, name);
		dom.attribute(p.name, "title", name);
		dom.attribute(p.name, "aria-label", texts.t("show_history", { name }));
		dom.text(p.note, noteOf(kind, item));
		dom.attribute(node, "data-level", kind.dim === "account" ? judge.alarmed(last, "account", item.name) : null);
		dom.width(p.bar, item.w["24h"][kind.what] / top);
		PERIODS.forEach((period, i) => {
			dom.text(p.cells[i].value, format.share(item.w[period].ratio));
			dom.text(p.cells[i].note, format.count(item.w[period][kind.what]));
		});
	};
	const head = () => dom.make("tr", { role: "row" }, dom.make("th", { role: "columnheader", scope: "col", "data-t": "name" }),
		...PERIODS.map((p) => dom.make("th", { role: "columnheader", scope: "col", "data-t": `p${p}` })));

	const buildTable = (kind) => {
		const body = dom.make("tbody", { role: "rowgroup" }), none = dom.make("p", { class: "none", "data-t": "none_yet" });
		const table = dom.make("table", { role: "table", class: "small", "aria-labelledby": `${kind.id}-title` },
			dom.make("thead", { role: "rowgroup" }, head()), body);
		const more = dom.make("button", { type: "button", class: "more" });
		const panel = dom.panel(kind.id, kind.id, table, none, more);

		panel.querySelector(".note").dataset.t = kind.note;
		more.addEventListener("click", () => {
			made[kind.id].all = !made[kind.id].all;
			draw(last);
		});
		made[kind.id] = { body, none, table, more, all: false };
		return panel;
	};
	const drawTable = (kind, items) => {
		const m = made[kind.id], traffic = (item) => item.w["24h"][kind.what];
		const sorted = [...items].sort((a, b) => traffic(b) - traffic(a) || (a.name < b.name ? -1 : 1));
		const shown = m.all ? sorted : sorted.slice(0, SHOWN);

		dom.keyed(m.body, shown, (item) => item.name, (item) => row(kind, item), update(kind, Math.max(1, ...items.map(traffic))));
		dom.show(m.table, items.length > 0);
		dom.show(m.none, items.length === 0);
		dom.show(m.more, items.length > SHOWN);
		dom.text(m.more, m.all ? texts.t("show_few") : texts.t("show_all", { n: items.length }));
	};

	/* ---- refusals ---- */

	const reasonRow = () => {
		const name = dom.make("span", { class: "reason" }), code = dom.make("small"), bar = dom.make("i"), cells = PERIODS.map(() => dom.make("b"));
		const node = dom.make("tr", { role: "row" },
			dom.make("th", { role: "rowheader", scope: "row" }, name, code, dom.make("span", { class: "bar refused", "aria-hidden": "true" }, bar)),
			...cells.map((c) => dom.make("td", { role: "cell" }, c)));

		node.parts = { name, code, bar, cells };
		return node;
	};
	const drawReasons = (items) => {
		const known = items.filter((r) => r.n["24h"] > 0).sort((a, b) => b.n["24h"] - a.n["24h"] || (a.name < b.name ? -1 : 1)).slice(0, SHOWN);
		const top = Math.max(1, ...known.map((r) => r.n["24h"]));

		dom.keyed(reasons.body, known, (r) => r.name, reasonRow, (node, r) => {
			const key = `reason_${r.name}`, p = node.parts;

			dom.text(p.name, texts.has(key) ? texts.t(key) : r.name);
			dom.text(p.code, texts.has(key) ? r.name : "");
			dom.width(p.bar, r.n["24h"] / top);
			PERIODS.forEach((period, i) => dom.text(p.cells[i], format.count(r.n[period])));
		});
		dom.show(reasons.table, known.length > 0);
		dom.show(reasons.none, known.length === 0);
	};
	const buildReasons = () => {
		const body = dom.make("tbody", { role: "rowgroup" }), none = dom.make("p", { class: "none", "data-t": "reasons_none" });
		const table = dom.make("table", { role: "table", class: "small", "aria-labelledby": "reasons-title" }, dom.make("thead", { role: "rowgroup" }, head()), body);

		reasons = { body, none, table };
		return dom.panel("reasons", "reasons", table, none);
	};

	/* Gives the panel of refusals, for whoever has a place for it. */
	const build = (root, pick) => {
		onPick = pick;
		root.append(dom.make("div", { class: "pair" }, ...kinds.map(buildTable)));
		return buildReasons();
	};
	const draw = (now) => {
		last = now;
		for (const kind of kinds)
			drawTable(kind, now[kind.id] || []);
		drawReasons(now.reasons || []);
	};
	return { build, draw };
})();
