/* format.js - numbers, shares, durations and times as people read them, in the language that is shown. */
const format = (() => {
	const NOTHING = "–";
	const made = new Map();

	/* In English 1.5M is a number of America, 22 Nov a date of Britain: nobody can take them for something else. */
	const locale = (Kind) => (texts.current() === "zh" ? "zh-CN" : Kind === Intl.NumberFormat ? "en-US" : "en-GB");
	const formatter = (Kind, options) => {
		const key = Kind.name + locale(Kind) + JSON.stringify(options);

		if (!made.has(key))
			made.set(key, new Kind(locale(Kind), options));
		return made.get(key);
	};
	const known = (v) => typeof v === "number" && Number.isFinite(v);

	/* Whole numbers with groups; from 100,000 on in short: 12.3万, 123K. */
	const count = (v) => {
		if (!known(v))
			return NOTHING;
		if (Math.abs(v) >= 100000)
			return formatter(Intl.NumberFormat, { notation: "compact", maximumFractionDigits: 1 }).format(v);
		return formatter(Intl.NumberFormat, { maximumFractionDigits: 0 }).format(v);
	};
	/* A rate: a digit behind the point while it is small. */
	const rate = (v) => {
		if (!known(v))
			return NOTHING;
		if (v > 0 && v < 0.05)
			return "<0.1";
		return v < 10 && v % 1 !== 0 ? v.toFixed(1) : count(Math.round(v));
	};
	/* 0..1 as percent, never rounded up to 100. */
	const share = (v) => {
		if (!known(v))
			return NOTHING;
		if (v >= 1)
			return "100%";
		return `${(Math.floor(v * 1000) / 10).toFixed(1)}%`;
	};
	const seconds1 = (v) => `${v.toFixed(1)}\u00a0${texts.t("unit_seconds")}`;
	const ms = (v) => {
		if (!known(v))
			return NOTHING;
		if (v < 1)
			return "<1\u00a0ms"; /* what is finer than the histograms */
		if (v < 10)
			return `${v.toFixed(1)}\u00a0ms`;
		if (v < 1000)
			return `${Math.round(v)}\u00a0ms`;
		return v < 10000 ? seconds1(v / 1000) : seconds(v / 1000);
	};
	/* A duration in at most two units. */
	const seconds = (v) => {
		if (!known(v))
			return NOTHING;
		const s = Math.floor(v), zh = texts.current() === "zh";
		const pair = (a, ua, b, ub) => (b > 0 ? `${a}\u00a0${ua} ${b}\u00a0${ub}` : `${a}\u00a0${ua}`);

		if (s < 60)
			return zh ? `${s}\u00a0秒` : `${s}\u00a0s`;
		if (s < 3600)
			return pair(Math.floor(s / 60), zh ? "分" : "min", s % 60, zh ? "秒" : "s");
		if (s < 86400)
			return pair(Math.floor(s / 3600), zh ? "小时" : "h", Math.floor(s / 60) % 60, zh ? "分" : "min");
		return pair(Math.floor(s / 86400), zh ? "天" : "d", Math.floor(s / 3600) % 24, zh ? "小时" : "h");
	};
	const clock = (at) => formatter(Intl.DateTimeFormat, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
	const minute = (at) => formatter(Intl.DateTimeFormat, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
	const day = (at) => formatter(Intl.DateTimeFormat, { month: "short", day: "numeric", weekday: "short" }).format(at);
	const date = (at) => formatter(Intl.DateTimeFormat, { month: "short", day: "numeric" }).format(at);
	/* The clock; of another day the date and the minute. */
	const moment = (at) => (new Date(at).toDateString() === new Date().toDateString() ? clock(at) : `${date(at)} ${minute(at)}`);
	const zone = (at) => {
		const minutes = -new Date(at).getTimezoneOffset(), abs = Math.abs(minutes);

		return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(abs / 60)}${abs % 60 ? `:${String(abs % 60).padStart(2, "0")}` : ""}`;
	};
	/* What an alarm measures, with its unit; without one it is yes or no. */
	const measured = (v, unit) => {
		if (!known(v) || !unit)
			return "";
		if (unit === "s")
			return seconds(v);
		if (unit === "ms")
			return ms(v);
		const key = `unit_of_${unit}`;
		return `${v % 1 === 0 ? count(v) : v.toFixed(1)}\u00a0${texts.has(key) ? texts.t(key) : unit}`;
	};
	return { NOTHING, known, count, rate, share, ms, seconds, clock, minute, day, moment, zone, measured };
})();
