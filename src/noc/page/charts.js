/* charts.js - lines over time as SVG: a spark without axes, and a chart with axes, a legend that tells the values, and a
   cross hair that pointer and arrow keys move. Knows arrays of numbers (null: nothing known) and nothing of SMPP. */
const charts = (() => {
	const known = format.known;
	const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

	/* A path through the points; it breaks where a value is not known. A point alone becomes a dot. */
	const path = (values, x, y) => {
		let d = "", pen = false;

		values.forEach((v, i) => {
			if (known(v)) {
				d += `${pen ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
				if (!pen && !known(values[i + 1]))
					d += "h.01";
			}
			pen = known(v);
		});
		return d;
	};

	const SPARK_WIDTH = 120, SPARK_HEIGHT = 24;
	const spark = (css) => {
		const area = dom.svg("path", { class: "area" }), line = dom.svg("path", { class: "line" });
		const node = dom.svg("svg", {
			class: `spark ${css || ""}`, viewBox: `0 0 ${SPARK_WIDTH} ${SPARK_HEIGHT}`, preserveAspectRatio: "none",
			"aria-hidden": "true",
		}, area, line);
		const draw = (values) => {
			const top = Math.max(1e-9, ...values.filter(known));
			const x = (i) => (i * SPARK_WIDTH) / Math.max(1, values.length - 1);
			const y = (v) => SPARK_HEIGHT - 1 - (v / top) * (SPARK_HEIGHT - 3);
			const first = values.findIndex(known), last = values.length - 1;
			const d = path(values, x, y);

			dom.attribute(line, "d", d);
			dom.attribute(area, "d", first < 0 || values.slice(first).some((v) => !known(v)) ? ""
				: `${d}L${x(last)} ${SPARK_HEIGHT}L${x(first)} ${SPARK_HEIGHT}Z`);
		};
		return { node, draw };
	};

	/* Round steps so that about n of them cover 0..top. */
	const niceTop = (top) => {
		const unit = 10 ** Math.floor(Math.log10(top));

		for (const f of [1, 2, 4, 5, 10])
			if (top <= f * unit * 1.0001)
				return f * unit;
		return 10 * unit;
	};
	const linear = (top, least) => {
		const end = niceTop(Math.max(top, least));

		return { ticks: [0, end / 2, end], place: (v) => v / end };
	};
	/* From the decade below the smallest to the one above the greatest. */
	const logarithmic = (min, max) => {
		const from = Math.floor(Math.log10(Math.max(0.1, min))), to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(1, max))));
		const stride = Math.ceil((to - from) / 3), ticks = [];

		for (let p = from; p <= to; p += stride)
			ticks.push(10 ** p);
		return { ticks, place: (v) => (Math.log10(Math.max(v, 10 ** from)) - from) / (to - from) };
	};
	/* Shares: from a round floor below the smallest to 100 %. */
	const shares = (min) => {
		const floor = min >= 0.9 ? 0.9 : min >= 0.5 ? 0.5 : 0;

		return { ticks: [floor, (floor + 1) / 2, 1], place: (v) => (v - floor) / (1 - floor) };
	};
	const scales = {
		linear: (values, least) => linear(Math.max(0, ...values), least),
		log: (values) => logarithmic(Math.min(1000, ...values), Math.max(1, ...values)),
		share: (values) => shares(Math.min(1, ...values)),
	};

	/* id and key name it; lines: [{ id, key, css }]; show(v) is a value as text; scale: "linear", "log" or "share". */
	const chart = ({ id, key, lines, show, scale, least, onCursor }) => {
		const items = lines.map((line) => {
			const value = dom.make("b"), label = dom.make("span", { "data-t": line.key });
			const swatch = dom.svg("svg", { class: `swatch ${line.css}`, viewBox: "0 0 20 8", "aria-hidden": "true" },
				dom.svg("path", { class: "line", d: "M0 4H20" }));

			return { ...line, value, node: dom.make("li", {}, swatch, label, value), path: dom.svg("path", { class: `line ${line.css}` }) };
		});
		const unit = dom.make("small", { class: "unit" });
		const grid = dom.svg("g", { class: "grid" }), cross = dom.svg("path", { class: "cross" });
		const empty = dom.svg("text", { class: "empty", "text-anchor": "middle" });
		const picture = dom.svg("svg", { class: "plot", role: "img", tabindex: "0" }, grid, ...items.map((i) => i.path), cross, empty);
		const node = dom.make("figure", { class: "chart", "data-box": `chart-${id}` },
			dom.make("figcaption", {}, dom.make("h3", { "data-t": key }), unit, dom.make("ul", { class: "legend" }, ...items.map((i) => i.node))),
			picture);
		let data = null, box = null, cursor = null;

		const legend = () => {
			for (const item of items) {
				const values = data.series[item.id];
				let at = cursor === null ? values.length - 1 : cursor;

				/* the last ones may not be known yet */
				while (cursor === null && at > 0 && at > values.length - 4 && !known(values[at]))
					at--;
				dom.text(item.value, show(values[at]));
			}
			dom.attribute(cross, "d", cursor === null || !box ? "" : `M${box.x(cursor).toFixed(1)} ${box.top}V${box.bottom}`);
		};
		const summary = (all) => {
			const first = data.series[items[0].id].filter(known), name = texts.t(key);

			return all.length === 0 || first.length === 0 ? texts.t("chart_nothing", { name }) : texts.t("chart_summary",
				{ name, last: show(first[first.length - 1]), min: show(Math.min(...first)), max: show(Math.max(...first)) });
		};
		/* Labels below the plot: as many as have room, whole minutes or hours. */
		const timeLabels = (width, left, right) => {
			const labels = [], span = (data.n - 1) * data.step_ms, R = rem();
			const steps = [10, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200].map((s) => s * 1000);
			const room = (width - left - right) / (R * 4.6);
			const step = steps.find((s) => span / s <= room) || 86400000;
			const text = step < 60000 ? format.clock : format.minute;
			const shift = -new Date(data.from_ms).getTimezoneOffset() * 60000;

			for (let t = Math.ceil((data.from_ms + shift) / step) * step - shift; t <= data.from_ms + span; t += step)
				labels.push({ at: (t - data.from_ms) / data.step_ms, text: text(t) });
			return labels;
		};
		const drawGrid = (s, width, left, right) => {
			const R = rem(), half = R * 1.9;

			grid.replaceChildren();
			for (const tick of s.ticks) {
				const y = box.y(tick);
				grid.append(dom.svg("path", { d: `M${left} ${y}H${width - right}` }),
					dom.svg("text", { x: left - R * 0.4, y: y + R * 0.28, "text-anchor": "end" }, show(tick)));
			}
			for (const label of timeLabels(width, left, right)) {
				const x = Math.min(Math.max(box.x(label.at), half), width - half);

				if (x - half < left - R * 0.3)
					continue; /* it would run into the lowest label of the other axis */
				grid.append(dom.svg("text", { x, y: box.bottom + R * 1.05, "text-anchor": "middle" }, label.text));
			}
		};
		const draw = (next) => {
			if (next)
				data = next;
			const width = picture.clientWidth, height = picture.clientHeight;
			if (!data || width === 0)
				return;
			const R = rem(), all = items.flatMap((item) => data.series[item.id].filter(known));
			const s = scales[scale](all, least || 1);
			const left = Math.max(...s.ticks.map((tick) => measure(show(tick)))) * R * 0.62 + R * 0.8, right = R * 0.6;
			box = {
				top: R * 0.75, bottom: height - R * 1.4,
				x: (i) => left + (i * (width - left - right)) / Math.max(1, data.n - 1),
				index: (px) => Math.round(((px - left) * (data.n - 1)) / (width - left - right)),
			};
			box.y = (v) => box.bottom - s.place(v) * (box.bottom - box.top);
			dom.attribute(picture, "viewBox", `0 0 ${width} ${height}`);
			drawGrid(s, width, left, right);
			for (const item of items)
				dom.attribute(item.path, "d", path(data.series[item.id], box.x, box.y));
			dom.text(empty, all.length === 0 ? texts.t("no_data") : "");
			dom.attribute(empty, "x", (left + width - right) / 2);
			dom.attribute(empty, "y", (box.top + box.bottom) / 2 + R * 0.3);
			dom.attribute(picture, "aria-label", summary(all));
			dom.text(unit, data.unit || "");
			legend();
		};
		const setCursor = (at) => {
			cursor = at;
			if (data)
				legend();
		};
		const move = (at) => onCursor(at === null ? null : Math.max(0, Math.min(data.n - 1, at)));

		picture.addEventListener("pointermove", (event) => data && box && move(box.index(event.offsetX)));
		picture.addEventListener("pointerleave", () => move(null));
		picture.addEventListener("blur", () => move(null));
		picture.addEventListener("keydown", (event) => {
			const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];

			if (!data || (!by && event.key !== "Escape"))
				return;
			event.preventDefault();
			move(by ? (cursor === null ? data.n - 1 : cursor) + by : null);
		});
		new ResizeObserver(() => draw()).observe(picture);
		return { node, draw, setCursor };
	};
	/* How wide a text is, in characters; those of Chinese count for nearly two. */
	const measure = (text) => [...text].reduce((n, c) => n + (c.charCodeAt(0) > 0x2e80 ? 1.7 : /[.,\s]/.test(c) ? 0.55 : 1), 0);
	return { spark, chart };
})();
