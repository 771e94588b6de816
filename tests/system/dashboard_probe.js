/* dashboard_probe.js - looks at the dashboard from inside the browser for dashboard_test.py: boxes that overlap, texts that
   are cut off or spill, contrasts, where the named boxes stand. Changes nothing. */
const probe = (() => {
	const SLACK = 1.6; /* px */
	const styleOf = (node) => getComputedStyle(node);
	const describe = (node) => {
		const named = node.closest("[data-box]"), words = node.textContent.trim().slice(0, 24);

		return `${named ? `${named.dataset.box} ` : ""}<${node.tagName.toLowerCase()} ${node.getAttribute("class") || node.id || ""}> "${words}"`;
	};
	/* For screen readers only. */
	const hidden = (node) => Boolean(node.closest("thead")) && styleOf(node.closest("thead")).position === "absolute";
	const seen = (node) => node.checkVisibility({ checkVisibilityCSS: true }) && !node.closest(".unseen, .skip") && !hidden(node);
	const flowing = (node) => ["static", "relative"].includes(styleOf(node).position);
	/* Children as they are laid out: those of "display: contents" instead of it. */
	const laidOut = (node) => [...node.children].flatMap((c) => (styleOf(c).display === "contents" ? laidOut(c) : [c]))
		.filter((c) => c.tagName !== "OPTION" && c.tagName !== "OPTGROUP" && seen(c) && flowing(c));

	const flows = (node) => styleOf(node).display === "inline"; /* its box spans lines, its text does not overlap */
	const overlap = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;
	const overlaps = () => {
		const faults = [];

		for (const parent of document.querySelectorAll("body, body *:not(svg, svg *, select, option)")) {
			const children = laidOut(parent).map((node) => ({ node, box: node.getBoundingClientRect() })).filter((c) => c.box.width * c.box.height > 0);

			children.forEach((a, i) => {
				for (const b of children.slice(i + 1))
					if (overlap(a.box, b.box) && !(flows(a.node) && flows(b.node)))
						faults.push(`${describe(a.node)} lies over ${describe(b.node)}`);
			});
		}
		return faults;
	};

	const block = (node) => (styleOf(node).display.startsWith("inline") && !styleOf(node).display.includes("flex") ? block(node.parentElement) : node);
	const shortens = (node) => styleOf(node).textOverflow === "ellipsis" || styleOf(node).webkitLineClamp !== "none";
	const texts = function* () {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);

		for (let node = walker.nextNode(); node; node = walker.nextNode())
			if (node.data.trim() && !node.parentElement.closest("svg, script, style, noscript, select") && seen(node.parentElement))
				yield node;
	};
	/* Text outside of the box it belongs to, or cut off without a sign and its whole text at hand. */
	const spills = () => {
		const faults = [], range = document.createRange();

		for (const node of texts()) {
			const parent = block(node.parentElement), box = parent.getBoundingClientRect();
			range.selectNodeContents(node);
			const text = range.getBoundingClientRect(), high = 2 + 0.35 * parseFloat(styleOf(parent).fontSize);
			const out = text.left < box.left - SLACK || text.right > box.right + SLACK || text.bottom > box.bottom + high || text.top < box.top - high;

			if (out && !shortens(parent))
				faults.push(`${describe(parent)} holds "${node.data.trim().slice(0, 30)}" that leaves it`);
			if (out && shortens(parent) && !parent.title && !parent.querySelector("[title]") && parent.id !== "node" && parent.parentElement.id !== "node")
				faults.push(`${describe(parent)} is shortened and has no title`);
			if (!shortens(parent) && (text.right > innerWidth + SLACK || text.left < -SLACK))
				faults.push(`${describe(parent)} leaves the screen`);
		}
		return faults;
	};
	const chartTexts = () => {
		const faults = [];

		for (const plot of document.querySelectorAll("svg.plot")) {
			const frame = plot.getBoundingClientRect();
			const labels = [...plot.querySelectorAll("text")].filter((t) => t.textContent).map((t) => ({ t, box: t.getBoundingClientRect() }));

			labels.forEach((a, i) => {
				if (a.box.left < frame.left - SLACK || a.box.right > frame.right + SLACK || a.box.bottom > frame.bottom + SLACK || a.box.top < frame.top - SLACK)
					faults.push(`${describe(plot)}: label ${a.t.textContent} leaves the chart`);
				for (const b of labels.slice(i + 1))
					if (overlap(a.box, b.box))
						faults.push(`${describe(plot)}: labels ${a.t.textContent} and ${b.t.textContent}`);
			});
		}
		return faults;
	};
	const wide = () => (document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} px wide`] : []);
	const layout = () => [...wide(), ...overlaps(), ...spills(), ...chartTexts()].slice(0, 12);

	const boxes = () => {
		const out = {}, count = {};

		for (const node of document.querySelectorAll("[data-box]")) {
			if (!seen(node))
				continue;
			const name = node.dataset.box, box = node.getBoundingClientRect();
			count[name] = (count[name] || 0) + 1;
			out[count[name] > 1 ? `${name} ${count[name]}` : name] = [box.left + scrollX, box.top + scrollY, box.width, box.height].map(Math.round);
		}
		return out;
	};

	/* ---- colours ---- */

	const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
	const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
	const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	const ground = (node) => {
		for (; node; node = node.parentElement) {
			const c = channels(styleOf(node).backgroundColor);
			if (c.length < 4 || c[3] > 0)
				return c;
		}
		return [0, 0, 0];
	};
	const contrast = (inside) => {
		const faults = new Map();
		const judge = (node, colour, least, what) => {
			const r = ratio(luminance(channels(colour)), luminance(ground(node)));
			if (r < least)
				faults.set(`${colour} ${ground(node)}`, `${what} ${describe(node)}: ${r.toFixed(2)}`);
		};

		for (const node of texts())
			if (node.parentElement.closest(inside))
				judge(node.parentElement, styleOf(node.parentElement).color, 4.5, "text");
		for (const node of document.querySelectorAll("svg.plot text"))
			judge(node.closest(".panel"), styleOf(node).fill, 4.5, "label");
		for (const node of document.querySelectorAll(".sign, .swatch .line, svg.mark"))
			if (seen(node))
				judge(node.closest("li, tr, p, section"), styleOf(node).stroke, 3, "sign");
		return [...faults.values()];
	};
	/* How each level looks: colour and shape; each line of a chart: colour and dashes. */
	const states = () => ["good", "warn", "bad", "rest"].map((level) => {
		const sign = document.body.appendChild(dom.sign(level));
		const look = { level, colour: channels(styleOf(sign).stroke).slice(0, 3), shape: sign.firstChild.getAttribute("d") };

		sign.remove();
		return look;
	});
	const lines = () => [...document.querySelectorAll(".chart")].map((chart) => [...chart.querySelectorAll(".swatch .line")].map((line) =>
		({ colour: channels(styleOf(line).stroke).slice(0, 3), dashes: styleOf(line).strokeDasharray })));
	return { layout, boxes, contrast, states, lines };
})();
