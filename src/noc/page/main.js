/* main.js - puts the page together: settings that are remembered, the head with its clock, and one draw per answer. */
(() => {
	const FRESH_MS = 2000;
	const THEMES = ["auto", "dark", "light"];
	const byId = (id) => document.getElementById(id);
	const asked = new URLSearchParams(location.search);
	let level = "good", troubles = { bad: 0, warn: 0 }, more = null;

	/* The address says it (for a wall), else what was chosen here last, else what the browser prefers. */
	const remembered = (name) => {
		try {
			return asked.get(name) || localStorage.getItem(`smppgw.${name}`);
		} catch (error) {
			return asked.get(name);
		}
	};
	const remember = (name, value) => {
		asked.delete(name);
		try {
			localStorage.setItem(`smppgw.${name}`, value);
		} catch (error) {
			/* the browser keeps nothing: it holds for this visit */
		}
	};

	const light = matchMedia("(prefers-color-scheme: light)");
	let theme = THEMES.includes(remembered("theme")) ? remembered("theme") : "auto";
	const useTheme = () => {
		document.documentElement.dataset.theme = theme === "auto" ? (light.matches ? "light" : "dark") : theme;
		dom.text(byId("theme"), texts.t(`theme_${theme}`));
		dom.attribute(byId("theme"), "aria-label", texts.t("theme_hint", { name: texts.t(`theme_${theme}`) }));
	};
	const useLanguage = (name) => {
		texts.use(name);
		texts.apply();
		dom.text(byId("language"), texts.t("language"));
		dom.attribute(byId("language"), "aria-label", texts.t("language_hint"));
		useTheme();
		trends.redraw();
		draw();
	};

	const ICONS = { good: ["%234fc3a8", "M6 17l6 6L26 9"], warn: ["%23ffc14d", "M16 6v13M16 24v3"], bad: ["%23ff7f73", "M8 8l16 16M24 8 8 24"] };
	const setIcon = (next) => {
		const [colour, d] = ICONS[next];

		dom.attribute(byId("icon"), "href", "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E" +
			`%3Crect width='32' height='32' rx='7' fill='%23131b25'/%3E%3Cpath d='${d}' stroke='${colour}' stroke-width='5' fill='none'/%3E%3C/svg%3E`);
	};

	/* ---- the head: is it live, how old is it, what time is it ---- */

	const pulse = (state) => {
		const node = byId("pulse"), word = { live: "live", connecting: "connecting", away: "no_answer" }[state], age = source.age();

		dom.attribute(node, "data-level", { live: "good", connecting: "warn", away: "bad" }[state]);
		dom.setSign(node.querySelector(".sign"), { live: "good", connecting: "warn", away: "bad" }[state]);
		dom.text(node.querySelector("b"), texts.t(word));
		dom.text(node.querySelector(".age"), age === null ? "" : age < FRESH_MS ? texts.t("fresh") : texts.t("age", { time: format.seconds(age / 1000) }));
	};
	const away = (state) => {
		const now = source.now(), gone = state === "away";

		dom.show(byId("away"), gone);
		document.body.classList.toggle("stale", gone && now !== null);
		if (!gone)
			dom.text(byId("away"), "");
		else if (now === null)
			dom.text(byId("away"), texts.t("away_never"));
		else
			dom.text(byId("away"), texts.t("away", { time: format.seconds(source.age() / 1000), clock: format.moment(now.at) }));
	};
	const tick = () => {
		const state = source.state(), at = Date.now();

		pulse(state);
		away(state);
		dom.text(byId("clock"), format.clock(at));
		dom.text(byId("zone"), `${format.day(at)} ${format.zone(at)}`);
		level = state === "away" ? "bad" : troubles.bad > 0 ? "bad" : troubles.warn > 0 ? "warn" : "good";
		setIcon(level);
		/* for screen readers, told when it changes; the head tells whether the gateway answers */
		dom.text(byId("spoken"), source.now() ? texts.t("spoken", troubles) : "");
		const n = troubles.bad + troubles.warn, title = state === "away" ? texts.t("title_away") : n > 0 ? texts.t("title_bad", { n }) : "smppgw";
		if (document.title !== title)
			document.title = title;
	};

	/* ---- what the answers change ---- */

	/* What has no fixed place goes where there is room: few carriers leave it in the left column. */
	const FEW_CARRIERS = 12;
	const balance = (now) => {
		const column = byId(now.carriers.length <= FEW_CARRIERS ? "left" : "right");

		if (more.parentNode !== column)
			column.append(more);
	};
	function draw() {
		const now = source.now();

		if (now) {
			dom.text(byId("node"), texts.t("node", { node: now.node, version: now.version, time: format.seconds(now.uptime_s) }));
			troubles = attention.draw(now);
			figures.draw(now);
			carriers.draw(now);
			tables.draw(now);
			binds.draw(now);
			trends.draw(now);
			balance(now);
			texts.apply();
			dom.show(byId("main"), true);
		}
		tick();
		document.body.dataset.drawn = now ? now.at : "";
	}
	/* What is shown can be linked to: #carrier=mobile&range=1h */
	const writeAddress = () => {
		const { dim, name } = trends.scope(), parts = new URLSearchParams();

		if (dim !== "all")
			parts.set(dim, name);
		if (trends.range() !== "24h")
			parts.set("range", trends.range());
		history.replaceState(null, "", `${location.pathname}${location.search}${parts.size ? `#${parts}` : ""}`);
	};
	const readAddress = () => {
		const parts = new URLSearchParams(location.hash.slice(1));

		for (const [dim, name] of parts)
			if (["carrier", "operator", "account", "class", "campaign"].includes(dim))
				trends.setScope(dim, name);
		if (parts.has("range"))
			trends.setRange(parts.get("range"));
	};
	const pick = (dim, name) => {
		trends.setScope(dim, name);
		if (byId("trends").getBoundingClientRect().top < 0 || byId("trends").getBoundingClientRect().bottom > innerHeight)
			byId("trends").scrollIntoView({ block: "start" });
	};

	const begin = () => {
		byId("pulse").firstElementChild.replaceWith(dom.sign("warn"));
		attention.build(byId("attention"));
		figures.build(byId("figures"));
		carriers.build(byId("left"), pick);
		trends.build(byId("right"), figures.drawSeconds, writeAddress);
		const flaps = binds.build(byId("right")), reasons = tables.build(byId("left"), pick);
		more = dom.make("div", { class: "pair", id: "more" }, flaps, reasons);
		byId("main").hidden = true;
		useLanguage(remembered("lang") || (/^zh/i.test(navigator.language) ? "zh" : "en"));
		readAddress();
		byId("language").addEventListener("click", () => {
			const next = texts.current() === "zh" ? "en" : "zh";
			remember("lang", next);
			useLanguage(next);
		});
		byId("theme").addEventListener("click", () => {
			theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
			remember("theme", theme);
			useTheme();
		});
		light.addEventListener("change", useTheme);
		setInterval(tick, 500);
		source.start(draw);
	};
	begin();
})();
