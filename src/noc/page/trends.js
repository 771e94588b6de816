/* trends.js - history of one object in six charts: the last 60 s, hour or 24 h. Asks for it when it is due. */
const trends = (() => {
	const SECONDS_EVERY_MS = 1000, MINUTES_EVERY_MS = 30000;
	const RANGES = ["60s", "1h", "24h"];
	const DAY_BUCKET = 5; /* minutes that become one point of a day */
	const DIMS = [["carriers", "carrier"], ["operators", "operator"], ["accounts", "account"], ["classes", "class"], ["campaigns", "campaign"]];
	let panel, select, all, range = "24h", scope = { dim: "all", name: "" };
	let minutes = null, seconds = null, minutesAt = -Infinity, secondsAt = -Infinity, asking = false, onSeconds, onChange;

	const rateText = (v) => format.rate(v);
	const lines = (...ids) => ids.map((id) => ({ id, key: id, css: id }));
	/* The first has a row of its own. */
	const specs = [
		{ id: "traffic", key: "chart_traffic", lines: lines("accepted", "sent", "delivered", "failed", "refused"), show: rateText, scale: "linear", rate: true },
		{ id: "ratio", key: "chart_ratio", lines: lines("ratio"), show: format.share, scale: "share" },
		{ id: "latency", key: "chart_latency", scale: "log", show: format.ms, lines: [
			{ id: "wait_p99", key: "wait_short", css: "accepted" }, { id: "answer_p99", key: "answer_short", css: "sent" },
			{ id: "receipt_p99", key: "receipt_short", css: "delivered" }] },
		{ id: "queue", key: "chart_queue", lines: [{ id: "queued", key: "queue", css: "sent" }], show: format.count, scale: "linear", least: 4 },
		{ id: "oldest", key: "chart_oldest", lines: [{ id: "oldest_s", key: "chart_oldest", css: "refused" }], show: format.seconds, scale: "linear", least: 4 },
		{ id: "outstanding", key: "chart_outstanding", lines: [{ id: "outstanding", key: "chart_outstanding", css: "accepted" }],
			show: format.count, scale: "linear", least: 4 },
		{ id: "inbound", key: "chart_inbound", lines: [{ id: "replies", key: "replies", css: "accepted" }, { id: "optouts", key: "optouts", css: "refused" }],
			show: rateText, scale: "linear", rate: true },
	];
	const SUMMED = ["accepted", "refused", "sent", "delivered", "failed", "replies", "optouts"];
	const MEASURED = ["queued", "oldest_s", "outstanding", "wait_p99", "answer_p99", "receipt_p99"];

	/* n values become one: of counts the mean, of measures the worst; null when none is known. */
	const bucket = (values, n, worst) => {
		const out = [];

		for (let i = 0; i < values.length; i += n) {
			const some = values.slice(i, i + n).filter(format.known);
			out.push(some.length === 0 ? null : worst ? Math.max(...some) : some.reduce((a, b) => a + b, 0) / some.length);
		}
		return out;
	};
	/* What the charts draw: the range's part of a history, thinned out. */
	const cut = () => {
		const from = range === "60s" ? seconds : minutes, take = { "60s": 60, "1h": 60, "24h": 1440 }[range];

		if (!from || !from.accepted)
			return null;
		const length = from.accepted.length, skip = Math.max(0, length - take), n = range === "24h" ? DAY_BUCKET : 1, series = {};
		for (const id of SUMMED)
			series[id] = bucket((from[id] || []).slice(skip), n, false);
		for (const id of MEASURED)
			series[id] = bucket((from[id] || []).slice(skip), n, true);
		series.ratio = series.delivered.map((d, i) => (format.known(d) && d + series.failed[i] > 0 ? d / (d + series.failed[i]) : null));
		return { n: series.accepted.length, from_ms: from.from_ms + skip * from.step_s * 1000, step_ms: from.step_s * 1000 * n, series };
	};
	const nothing = () => ({ n: 60, from_ms: Date.now() - 60000, step_ms: 1000,
		series: Object.fromEntries([...SUMMED, ...MEASURED, "ratio"].map((id) => [id, new Array(60).fill(null)])) });
	const redraw = () => {
		const data = cut() || nothing();

		for (const one of all)
			one.draw({ ...data, unit: one.rate ? texts.t(range === "60s" ? "per_second" : "per_minute") : "" });
	};

	const labels = () => {
		panel.querySelectorAll("[data-range]").forEach((button) => {
			dom.text(button, texts.t(`range_${button.dataset.range}`));
			dom.attribute(button, "aria-pressed", button.dataset.range === range);
		});
		dom.attribute(select, "aria-label", texts.t("scope"));
	};
	const setRange = (next) => {
		if (RANGES.includes(next))
			range = next;
		labels();
		redraw();
		onChange();
	};
	const setScope = (dim, name) => {
		scope = { dim, name };
		minutes = seconds = null;
		minutesAt = secondsAt = -Infinity;
		select.value = JSON.stringify([dim, name]);
		redraw();
		onChange();
		refresh();
	};

	const cursor = (at) => {
		const data = cut();

		for (const one of all)
			one.setCursor(at);
		dom.text(panel.querySelector(".note"), at === null || !data ? "" : format.moment(data.from_ms + at * data.step_ms));
	};

	/* null: no answer; the page says by itself that the gateway is away. */
	const ask = (dim, name, last) => source.minutes(dim, name, last).catch(() => null);
	/* The charts' object may be another one than everything, whose last minute the tiles show. */
	const refresh = async () => {
		const at = performance.now(), due = at - minutesAt >= MINUTES_EVERY_MS, asked = scope;

		if (asking || document.hidden || (!due && at - secondsAt < SECONDS_EVERY_MS * 0.9))
			return;
		asking = true;
		const answer = await ask(asked.dim, asked.name, !due);
		const total = answer && asked.dim !== "all" ? await ask("all", "", true) : answer;
		asking = false;
		if (total)
			onSeconds(total.seconds);
		if (!answer || asked !== scope)
			return;
		if (answer.accepted) {
			minutes = answer;
			minutesAt = at;
		}
		seconds = answer.seconds;
		secondsAt = at;
		redraw();
	};

	const option = (dim, name) => dom.make("option", { value: JSON.stringify([dim, name]) }, dim === "all" ? texts.t("scope_all") : name);
	let listed = "";
	/* The list of what can be shown, made again only when it has changed. */
	const list = (now) => {
		const groups = DIMS.map(([id, dim]) => [id, dim, (now[id] || []).map((x) => x.name).sort()]).filter((g) => g[2].length > 0);
		const key = texts.current() + JSON.stringify(groups);

		if (key === listed || document.activeElement === select)
			return;
		listed = key;
		select.replaceChildren(option("all", ""), ...groups.map(([id, dim, names]) =>
			dom.make("optgroup", { label: texts.t(id) }, ...names.map((name) => option(dim, name)))));
		select.value = JSON.stringify([scope.dim, scope.name]);
	};

	const build = (root, told, changed) => {
		onSeconds = told;
		onChange = changed;
		select = dom.make("select", { id: "scope" });
		select.addEventListener("change", () => setScope(...JSON.parse(select.value)));
		const buttons = RANGES.map((id) => dom.make("button", { type: "button", "data-range": id }));
		buttons.forEach((button) => button.addEventListener("click", () => setRange(button.dataset.range)));
		all = specs.map((spec) => Object.assign(charts.chart({ ...spec, onCursor: cursor }), { rate: spec.rate }));
		panel = dom.panel("trends", "trends", dom.make("div", { class: "charts" }, ...all.map((one) => one.node)));
		panel.querySelector("header").append(select, dom.make("span", { class: "choice", role: "group" }, ...buttons));
		root.append(panel);
	};
	const draw = (now) => {
		list(now);
		labels();
		refresh();
	};
	return { build, draw, redraw, setRange, setScope, scope: () => scope, range: () => range };
})();
