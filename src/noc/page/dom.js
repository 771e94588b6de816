/* dom.js - small tools to make nodes and to change only what has changed. Knows no gateway. */
const dom = (() => {
	const SVG = "http://www.w3.org/2000/svg";

	const fill = (node, attributes, children) => {
		for (const [name, value] of Object.entries(attributes || {}))
			node.setAttribute(name, value);
		node.append(...children);
		return node;
	};
	const make = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
	const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

	const text = (node, value) => {
		const now = String(value);

		if (node.textContent !== now)
			node.textContent = now;
	};
	const attribute = (node, name, value) => {
		if (value === null || value === undefined || value === false)
			node.removeAttribute(name);
		else if (node.getAttribute(name) !== String(value))
			node.setAttribute(name, value);
	};
	const show = (node, visible) => {
		if (node.hidden === visible)
			node.hidden = !visible;
	};
	/* A share of a bar, 0 to 1. */
	const width = (node, share) => {
		node.style.width = `${(Math.max(0, Math.min(1, share || 0)) * 100).toFixed(1)}%`;
	};

	/* One child of parent per item, in their order; those of items that are still there stay the same nodes. */
	const nodesOf = new WeakMap();
	const keyed = (parent, items, keyOf, create, update) => {
		const before = nodesOf.get(parent) || new Map();
		const after = new Map();
		const focused = document.activeElement;
		let at = null;

		for (const item of items) {
			const key = keyOf(item);
			const node = before.get(key) || create(item);

			before.delete(key);
			after.set(key, node);
			update(node, item);
		}
		for (const node of before.values())
			node.remove();
		for (const node of after.values()) {
			const next = at ? at.nextSibling : parent.firstChild;

			if (next !== node)
				parent.insertBefore(node, next);
			at = node;
		}
		nodesOf.set(parent, after);
		if (focused && focused !== document.activeElement && parent.contains(focused))
			focused.focus({ preventScroll: true });
	};

	/* The sign of a level: shapes, so that no colour is needed to tell them apart. */
	const signs = {
		bad: "M5.1.8h5.8l4.3 4.3v5.8l-4.3 4.3H5.1L.8 10.9V5.1zM5 5l6 6M11 5l-6 6",
		warn: "M8 1 15.5 14.5H.5zM8 5.5V10M8 11.6v1.2",
		good: "M2 8.5 6.2 12.7 14 4",
		rest: "M1.5 1.5h13v13h-13zM6 5v6M10 5v6",
	};
	const sign = (level) => svg("svg", { class: `sign ${level}`, viewBox: "0 0 16 16", "aria-hidden": "true", "data-sign": level },
		svg("path", { d: signs[level] }));
	const setSign = (node, level) => {
		if (node.dataset.sign === level)
			return;
		node.dataset.sign = level;
		node.setAttribute("class", `sign ${level}`);
		node.firstChild.setAttribute("d", signs[level]);
	};

	const panel = (id, key, ...children) => make("section", { id, class: "panel", "data-box": id, "aria-labelledby": `${id}-title` },
		make("header", {}, make("h2", { id: `${id}-title`, "data-t": key }), make("span", { class: "note" })), ...children);
	return { make, svg, text, attribute, show, width, keyed, sign, setSign, panel };
})();
