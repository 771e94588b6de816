/* figures.js - the row of tiles: how much comes and goes, how well, how full, how fast. */
const figures = (() => {
	const STAGES = ["wait", "answer", "receipt"], PERIODS = ["1m", "15m", "24h"], PEOPLE = ["replies", "optouts", "complaints"];
	const tiles = {};

	/* A tile: title, a large value with its unit, lines of a word and a value, and a spark where there is a history. */
	const tile = (id, key, facts, css) => {
		const value = dom.make("b", { id: `figure-${id}` }), unit = dom.make("small");
		const rows = facts.map(() => ({ word: dom.make("dt"), value: dom.make("dd") }));
		const line = css ? charts.spark(css) : null;
		const node = dom.make("div", { class: "panel figure", "data-box": `figure-${id}` }, dom.make("h3", { "data-t": key }),
			dom.make("p", { class: "value" }, value, unit), dom.make("dl", {}, ...rows.map((r) => dom.make("div", {}, r.word, r.value))));

		rows.forEach((r, i) => {
			r.word.dataset.t = facts[i];
		});
		if (line)
			node.append(line.node);
		tiles[id] = { node, value, unit, rows, line };
		return node;
	};
	/* A small table: what people answered, in three periods. */
	const peopleTile = () => {
		const cells = {};
		const row = (what) => dom.make("tr", {}, dom.make("th", { scope: "row", "data-t": what }), ...PERIODS.map((p) => {
			cells[what + p] = dom.make("td");
			return cells[what + p];
		}));
		const node = dom.make("div", { class: "panel figure wide", "data-box": "figure-contact" }, dom.make("h3", { "data-t": "contact" }),
			dom.make("table", { class: "people" }, dom.make("tr", {}, dom.make("td"), ...PERIODS.map((p) => dom.make("th", { scope: "col", "data-t": `p${p}` }))),
				...PEOPLE.map(row)));

		tiles.contact = { node, cells };
		return node;
	};
	const latencyTile = () => {
		const title = dom.make("small"), cells = {};
		const steps = STAGES.map((stage) => {
			cells[stage] = dom.make("b");
			cells[`${stage}-note`] = dom.make("small");
			return dom.make("li", {}, dom.make("span", { "data-t": stage }), cells[stage], cells[`${stage}-note`]);
		});
		const node = dom.make("div", { class: "panel figure wide", "data-box": "figure-latency" },
			dom.make("h3", {}, dom.make("span", { "data-t": "latency" }), title), dom.make("ol", { class: "stages" }, ...steps));

		tiles.latency = { node, title, cells };
		return node;
	};
	const build = (root) => {
		root.append(tile("accepted", "accepted", ["p15m", "p24h"], "accepted"), tile("ratio", "ratio", ["p1m", "p24h"], "ratio"),
			tile("queue", "queue", ["oldest", "in_hand"], "sent"), tile("window", "window", ["in_flight", "window_size"], "accepted"),
			tile("refused", "refused", ["p15m", "p24h"], "refused"), latencyTile(), peopleTile(), tile("store", "store", ["store_lag", "store_pending"]));
	};

	const put = (id, value, unit, facts, level) => {
		const t = tiles[id];

		dom.text(t.value, value);
		dom.text(t.unit, unit);
		facts.forEach((fact, i) => dom.text(t.rows[i].value, fact));
		dom.attribute(t.node, "data-level", level);
	};
	const sum = (list, name) => list.reduce((n, c) => n + (c[name] || 0), 0);

	const drawLatency = (latency) => {
		const { title, cells } = tiles.latency, quiet = !latency || STAGES.every((s) => !latency["1m"] || !latency["1m"][s] || !format.known(latency["1m"][s].p99));
		const period = quiet ? "15m" : "1m", from = (latency && latency[period]) || {};

		dom.text(title, texts.t("latency_note", { period: texts.t(`p${period}`) }));
		for (const stage of STAGES) {
			const q = from[stage] || {};

			dom.text(cells[stage], format.ms(q.p50));
			dom.text(cells[`${stage}-note`], format.known(q.p95) ? `${format.ms(q.p95)} / ${format.ms(q.p99)}` : "");
		}
	};
	const draw = (now) => {
		const w = now.total.w, outstanding = sum(now.carriers, "outstanding"), window = sum(now.carriers, "window");
		const share = window > 0 ? outstanding / window : null;

		put("accepted", format.rate(w["1m"].accepted / Math.max(1, Math.min(60, now.uptime_s))), texts.t("per_second"), ["15m", "24h"].map((p) => format.count(w[p].accepted)));
		put("ratio", format.share(w["15m"].ratio), texts.t("p15m"), ["1m", "24h"].map((p) => format.share(w[p].ratio)));
		put("queue", format.count(now.queue.queued), texts.t("unit_messages"),
			[now.queue.queued > 0 ? format.seconds(now.queue.oldest_s) : format.NOTHING, format.count(now.messages.total)]);
		put("window", format.share(share), "", [format.count(outstanding), format.count(window)]);
		drawLatency(now.total.latency);
		put("refused", format.count(w["1m"].refused), texts.t("per_minute"), ["15m", "24h"].map((p) => format.count(w[p].refused)));
		put("store", texts.t(now.store.up ? "store_up" : "store_down"), "", [format.ms(now.store.lag_ms), format.count(now.store.pending)],
			now.store.up ? null : "bad");
		for (const what of PEOPLE)
			for (const p of PERIODS)
				dom.text(tiles.contact.cells[what + p], format.count(now[what][p]));
	};
	/* The last 60 s of everything. */
	const drawSeconds = (seconds) => {
		tiles.accepted.line.draw(seconds.accepted);
		tiles.queue.line.draw(seconds.queued);
		tiles.window.line.draw(seconds.outstanding);
		tiles.refused.line.draw(seconds.refused);
		tiles.ratio.line.draw(seconds.delivered.map((d, i) => (d + seconds.failed[i] > 0 ? d / (d + seconds.failed[i]) : null)));
	};
	return { build, draw, drawSeconds };
})();
