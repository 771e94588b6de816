/* source.js - asks the gateway: /api/now each second (less often while nobody looks), /api/history for what is drawn over
   time; knows how old the data is. Tells its listeners, knows no node. */
const source = (() => {
	const LIVE_MS = 1000;
	const HIDDEN_MS = 15000;
	const PATIENCE_MS = 4000; /* for one answer */
	const STALE_MS = 3500;	  /* older: it does not answer, or too slowly to be called live */
	const SECONDS = 60;

	let now = null, receivedAt = 0, shownAt = -Infinity, failing = false, timer = 0, listener = null, page = null;
	const rates = new Map(); /* carrier -> its messages per second of the last minute */
	let ratesTo = 0;	 /* the second of their last value */

	const get = async (path) => {
		const stop = new AbortController();
		const late = setTimeout(() => stop.abort(), PATIENCE_MS);

		try {
			const answer = await fetch(path, { signal: stop.signal, cache: "no-store" });
			if (!answer.ok)
				throw new Error(`${path}: ${answer.status}`);
			return await answer.json();
		} finally {
			clearTimeout(late);
		}
	};

	const ring = (name) => {
		if (!rates.has(name))
			rates.set(name, new Array(SECONDS).fill(null));
		return rates.get(name);
	};
	/* One value a second; seconds that were missed stay unknown. */
	const keepRates = (data) => {
		const second = Math.floor(data.at / 1000), moved = ratesTo === 0 ? 1 : Math.max(0, Math.min(SECONDS, second - ratesTo));
		const names = new Set(data.carriers.map((c) => c.name));

		for (const name of rates.keys())
			if (!names.has(name))
				rates.delete(name);
		for (const c of data.carriers) {
			const values = ring(c.name);

			for (let i = 0; i < moved; i++) {
				values.shift();
				values.push(null);
			}
			values[SECONDS - 1] = c.rate;
			/* a second between two looks */
			if (moved === 2 && values[SECONDS - 2] === null)
				values[SECONDS - 2] = c.rate;
		}
		ratesTo = second;
	};
	/* What the gateway knows of the minute before the page was opened. */
	const seed = async (names) => {
		for (const name of names) {
			const history = await minutes("carrier", name, true).catch(() => null);
			const values = ring(name);

			if (!history || !history.seconds)
				continue;
			const sent = history.seconds.sent, skew = ratesTo - SECONDS + 1 - Math.floor(history.seconds.from_ms / 1000);
			for (let i = 0; i < SECONDS; i++)
				if (values[i] === null && sent[i + skew] !== undefined)
					values[i] = sent[i + skew];
		}
	};

	/* seconds: only the last 60 s. */
	const minutes = (dim, name, seconds) => get(`/api/history?dim=${dim}&name=${encodeURIComponent(name)}${seconds ? "&part=seconds" : ""}`);

	/* After a restart the gateway may bring another page: that one is loaded. */
	const checkPage = async () => {
		const tag = (await fetch("/", { method: "HEAD", cache: "no-store" })).headers.get("etag");

		if (page && tag && tag !== page)
			location.reload();
		page = page || tag;
	};
	const accept = (data) => {
		const first = now === null, restarted = now && data.uptime_s < now.uptime_s;

		now = data;
		receivedAt = performance.now();
		keepRates(data);
		if (first || restarted) {
			checkPage().catch(() => {});
			seed(data.carriers.map((c) => c.name));
		}
	};
	const look = async () => {
		const began = performance.now(), data = await get("/api/now").catch(() => null);
		const pace = document.hidden ? HIDDEN_MS : LIVE_MS;

		/* another look may have begun meanwhile: one of them goes on */
		clearTimeout(timer);
		timer = setTimeout(look, Math.max(100, pace - (performance.now() - began)));
		failing = data === null;
		if (data)
			accept(data);
		listener();
	};
	const age = () => (now === null ? null : performance.now() - receivedAt);
	/* "live", "away", or "connecting" before the first answer. */
	const state = () => {
		if (now === null)
			return failing ? "away" : "connecting";
		/* while nobody looked it was asked seldom: that is no fault of the gateway */
		const patience = document.hidden || performance.now() - shownAt < STALE_MS ? HIDDEN_MS + STALE_MS : STALE_MS;
		return age() > patience ? "away" : "live";
	};

	const start = (onNews) => {
		listener = onNews;
		document.addEventListener("visibilitychange", () => {
			if (document.hidden)
				return;
			shownAt = performance.now();
			look();
		});
		look();
	};
	return { start, minutes, state, age, now: () => now, rates: ring };
})();
