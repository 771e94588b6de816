/* carriers.js - the table of carriers: state, rate against contract, window, delivery, queue, latency, binds. The sick
   stand on top; on a phone each row is a card. */
const carriers = (() => {
	const PERIODS = ["1m", "15m", "24h"], STAGES = ["wait", "answer", "receipt"];
	/* On a phone the well ones stand behind a button when there are many. */
	const SHOWN_NARROW = 6;
	const narrow = matchMedia("(max-width: 700px)");
	let panel, body, more, onPick, all = false, last = null;

	/* Columns: id, the head's text, and what stands below it. */
	const columns = [
		["who", "name"], ["spark", "last_minute"], ["rate", "rate"], ["window", "window_short"],
		["p1m", "p1m", "ratio_sub"], ["p15m", "p15m", "ratio_sub"], ["p24h", "p24h", "ratio_sub"], ["queue", "queue"],
		["wait", "wait_short", "p99"], ["answer", "answer_short", "p99"], ["receipt", "receipt_short", "p99"], ["binds", "binds"],
	];
	const words = (key, below, tag) => [dom.make("span", { "data-t": key }), ...(below ? [dom.make(tag, { "data-t": below })] : [])];
	const head = () => dom.make("tr", { role: "row" }, ...columns.map(([id, key, below]) =>
		dom.make("th", { role: "columnheader", scope: "col", class: `c-${id}` }, ...words(key, below, "small"))));

	/* A cell of two lines; its label is seen where the head is not. */
	const cell = (id, key, below, ...more) => {
		const value = dom.make("b"), note = dom.make("small");
		const node = dom.make("td", { role: "cell", class: `c-${id}` }, dom.make("span", { class: "label" }, ...words(key, below, "span")), value, ...more, note);

		return { node, value, note };
	};
	const bar = () => {
		const fill = dom.make("i");

		return { node: dom.make("span", { class: "bar", "aria-hidden": "true" }, fill), fill };
	};
	const row = (c) => {
		const parts = { line: charts.spark("sent"), bars: { rate: bar(), window: bar() }, cells: {} };
		const name = dom.make("button", { type: "button", class: "name" }), sign = dom.sign("good"), word = dom.make("span", { class: "word" });
		const who = dom.make("th", { role: "rowheader", scope: "row", class: "c-who" }, sign, dom.make("span", { class: "body" }, name, word));
		const line = dom.make("td", { role: "cell", class: "c-spark" }, parts.line.node);
		const node = dom.make("tr", { role: "row", "data-name": c.name }, who, line);

		for (const [id, key, below] of columns.slice(2)) {
			parts.cells[id] = cell(id, key, below, ...(parts.bars[id] ? [parts.bars[id].node] : []));
			node.append(parts.cells[id].node);
		}
		name.addEventListener("click", () => onPick("carrier", c.name));
		Object.assign(parts, { name, sign, word });
		node.parts = parts;
		return node;
	};
	const put = (cell, value, note) => {
		dom.text(cell.value, value);
		dom.text(cell.note, note);
	};
	const stateText = (c, verdict) => {
		const why = `why_${c.health_why}`;

		return c.health !== "good" && texts.has(why) ? `${texts.t(verdict.state)} · ${texts.t(why)}` : texts.t(verdict.state);
	};
	const drawLatency = (cells, latency) => {
		for (const stage of STAGES) {
			const last = latency && latency["1m"] && latency["1m"][stage], long = latency && latency["15m"] && latency["15m"][stage];
			const q = last && format.known(last.p99) ? last : long || {};

			put(cells[stage], format.ms(q.p99), format.known(q.p50) ? format.ms(q.p50) : "");
		}
	};
	const update = (node, c) => {
		const p = node.parts, verdict = judge.carrier(last, c), use = c.window > 0 ? c.outstanding / c.window : 0;
		const pace = c.tps > 0 ? c.rate / c.tps : 0;

		dom.attribute(node, "data-level", verdict.level);
		dom.setSign(p.sign, verdict.level);
		dom.text(p.name, c.name);
		dom.attribute(p.name, "title", c.name);
		dom.attribute(p.name, "aria-label", texts.t("show_history", { name: c.name }));
		dom.text(p.word, stateText(c, verdict));
		p.line.draw(source.rates(c.name));
		put(p.cells.rate, `${format.rate(c.rate)} / ${c.tps > 0 ? format.count(c.tps) : texts.t("unlimited")}`,
			c.limit > 0 && (c.tps === 0 || c.limit < c.tps) ? texts.t("limited", { n: format.count(c.limit) }) : "");
		dom.width(p.bars.rate.fill, pace);
		dom.attribute(p.bars.rate.node, "data-level", pace > 1.02 ? "warn" : "good");
		put(p.cells.window, `${format.count(c.outstanding)} / ${format.count(c.window)}`, "");
		dom.width(p.bars.window.fill, use);
		dom.attribute(p.bars.window.node, "data-level", judge.fill(use));
		for (const period of PERIODS)
			put(p.cells[`p${period}`], format.share(c.w[period].ratio), format.count(c.w[period].sent));
		put(p.cells.queue, format.count(c.queued), c.queued > 0 ? format.seconds(c.oldest_s) : "");
		drawLatency(p.cells, c.latency);
		put(p.cells.binds, `${c.bound} / ${c.binds}`, c.flaps_1h > 0 ? texts.t("flaps_short", { n: c.flaps_1h }) : "");
		dom.attribute(p.cells.binds.node, "data-level", c.bound < c.binds || c.flaps_1h > 0 ? "warn" : null);
	};

	const build = (root, pick) => {
		onPick = pick;
		body = dom.make("tbody", { role: "rowgroup" });
		more = dom.make("button", { type: "button", class: "more" });
		more.addEventListener("click", () => {
			all = !all;
			draw(last);
		});
		panel = dom.panel("carriers", "carriers",
			dom.make("table", { role: "table", class: "carriers", "aria-labelledby": "carriers-title" }, dom.make("thead", { role: "rowgroup" }, head()), body),
			dom.make("p", { class: "none" }), more);
		panel.tabIndex = -1;
		root.append(panel);
	};
	const draw = (now) => {
		last = now;
		const sorted = judge.sortCarriers(now), sick = sorted.filter((c) => judge.carrier(now, c).sick).length;
		const folds = narrow.matches && sorted.length > Math.max(SHOWN_NARROW, sick);
		const good = now.carriers.filter((c) => judge.carrier(now, c).level === "good").length, none = now.carriers.length === 0;

		dom.text(panel.querySelector(".note"), none ? "" : texts.t("carriers_note", { n: now.carriers.length, good }));
		dom.show(panel.querySelector("table"), !none);
		dom.show(panel.querySelector(".none"), none);
		dom.text(panel.querySelector(".none"), texts.t("none_carriers"));
		dom.show(more, folds);
		dom.text(more, all ? texts.t("show_few") : texts.t("show_all", { n: sorted.length }));
		dom.keyed(body, folds && !all ? sorted.slice(0, Math.max(SHOWN_NARROW, sick)) : sorted, (c) => c.name, row, update);
	};
	return { build, draw };
})();
