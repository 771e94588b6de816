/* attention.js - the top of the page: what needs a hand, worst first, or one calm line. Changes nothing. */
const attention = (() => {
	/* So many at first; one more is shown rather than a button for it. */
	const SHOWN = 8, SHOWN_NARROW = 4;
	const narrow = matchMedia("(max-width: 700px)");
	let list, more, all = false, last = null;

	const card = () => {
		const level = dom.make("span", { class: "word" }), title = dom.make("strong"), object = dom.make("span", { class: "object" });
		const detail = dom.make("p", { class: "detail" }), todo = dom.make("p", { class: "todo" });
		const node = dom.make("li", { class: "card", "data-box": "card" }, dom.sign("warn"),
			dom.make("div", { class: "body" }, dom.make("p", { class: "head" }, level, object), dom.make("p", { class: "what" }, title), detail, todo));

		node.parts = { sign: node.firstChild, level, title, object, detail, todo };
		return node;
	};
	const detailOf = (item, at) => {
		const a = item.alarm, parts = [];

		if (!a)
			return "";
		if (format.measured(a.value, a.unit))
			parts.push(texts.t("value_of", { value: format.measured(a.value, a.unit), threshold: format.measured(a.threshold, a.unit) }));
		if (a.since_ms)
			parts.push(texts.t("since", { clock: format.moment(a.since_ms), time: format.seconds(Math.max(0, at - a.since_ms) / 1000) }));
		if (a.acknowledged)
			parts.push(texts.t("acked", { who: a.acknowledged_by }));
		return parts.join(texts.current() === "zh" ? "；" : "; ");
	};
	const update = (node, item) => {
		const p = node.parts, c = item.carrier;

		dom.attribute(node, "data-level", item.level);
		dom.setSign(p.sign, item.level);
		dom.text(p.level, texts.t(`level_${item.level}`));
		const object = item.object === "gateway" ? texts.t("object_gateway") : item.object;
		dom.text(p.object, object);
		dom.attribute(p.object, "title", object);
		dom.text(p.title, item.alarm ? texts.pick(item.alarm.zh, item.alarm.en)
			: texts.t(item.key, c && { bound: c.bound, binds: c.binds, n: c.flaps_1h }));
		dom.text(p.detail, detailOf(item, last.at));
		dom.text(p.todo, item.alarm ? advice(item.alarm) : "");
	};
	const calmText = (now) => (now.carriers.length === 0 ? texts.t("calm_none") : texts.t("calm_note", { n: now.carriers.length }));

	const build = (root) => {
		list = dom.make("ul", { class: "cards" });
		more = dom.make("button", { type: "button", class: "more" });
		more.addEventListener("click", () => {
			all = !all;
			draw(last);
		});
		const calm = dom.make("p", { class: "calm", "data-box": "calm" }, dom.sign("good"), dom.make("strong", { "data-t": "calm" }), dom.make("span"));
		root.append(calm, list, more);
		list.calm = calm;
	};
	const draw = (now) => {
		last = now;
		const items = judge.attention(now), limit = narrow.matches ? SHOWN_NARROW : SHOWN;
		const folds = items.length > limit + 1, shown = all || !folds ? items : items.slice(0, limit);

		dom.keyed(list, shown, (item) => item.id, card, update);
		dom.show(list, items.length > 0);
		dom.show(list.calm, items.length === 0);
		dom.text(list.calm.lastChild, calmText(now));
		dom.show(more, folds);
		dom.text(more, all ? texts.t("fewer_items") : texts.t("more_items", { n: items.length - limit }));
		return { bad: items.filter((i) => i.level === "bad").length, warn: items.filter((i) => i.level === "warn").length };
	};
	return { build, draw };
})();
