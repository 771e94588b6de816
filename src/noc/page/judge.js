/* judge.js - what needs a hand, and how urgently: levels of carriers, the list of what is wrong. Pure: data in, verdict
   out. Levels: "bad" now, "warn" soon, "rest" stopped by somebody on purpose, "good". */
const judge = (() => {
	const MANY_FLAPS = 3; /* within an hour */
	const URGENCY = { bad: 0, warn: 1, rest: 2, good: 3 };

	/* The first line that fits. */
	const carrierRules = [
		[(c) => c.state === "removed", "rest", "state_removed"],
		[(c) => c.state === "drained", "rest", "state_drained"],
		[(c) => c.state === "paused", "rest", "state_paused"],
		[(c) => !c.up, "bad", "state_down", "sick_down"],
		[(c) => c.health === "away", "warn", "state_away", "sick_away"],
		[(c) => c.health === "proving", "warn", "state_proving", "sick_proving"],
		[(c) => c.flaps_1h >= MANY_FLAPS, "warn", "state_flapping", "sick_flapping"],
		[(c) => c.bound < c.binds, "warn", "state_partial", "sick_partial"],
		[(c) => c.state === "throttled", "warn", "state_throttled", "sick_throttled"],
	];
	const byUrgency = (a, b) => URGENCY[a.level] - URGENCY[b.level];
	const levelOf = (alarm) => (alarm.severity === "critical" ? "bad" : "warn");

	/* The level of the worst alarm of an object, or null. */
	const alarmed = (now, scope, name) => {
		const levels = (now.alarms || []).filter((a) => a.scope === scope && a.object === name).map(levelOf);

		return levels.includes("bad") ? "bad" : levels[0] || null;
	};
	const looks = (c) => {
		for (const [fits, level, state, sick] of carrierRules)
			if (fits(c))
				return { level, state, sick };
		return { level: "good", state: "state_up" };
	};
	/* How it looks; but with an alarm it is not good. */
	const carrier = (now, c) => {
		const seen = looks(c), level = alarmed(now, "carrier", c.name);

		if (!level || seen.level === "rest" || URGENCY[level] >= URGENCY[seen.level])
			return seen;
		return { level, state: seen.level === "good" ? "state_alarm" : seen.state, sick: seen.sick || "sick_alarm" };
	};

	const gatewayItems = (now) => {
		const items = [];

		if (now.store && !now.store.up)
			items.push({ id: "store", level: "bad", object: "Redis", key: "sick_store" });
		if (now.phase && now.phase !== "running")
			items.push({ id: "phase", level: "warn", object: now.phase, key: "sick_phase" });
		return items;
	};
	const alarmItem = (a) => ({
		id: `${a.alarm} ${a.object}`,
		level: levelOf(a),
		object: a.object,
		name: a.alarm,
		alarm: a,
	});
	/* Alarms first as the gateway raised them; then what can be seen and no alarm speaks of. Worst first, oldest first. */
	const attention = (now) => {
		const alarms = (now.alarms || []).map(alarmItem);
		const spoken = new Set(alarms.filter((item) => item.alarm.scope === "carrier").map((item) => item.object));
		const told = (part) => alarms.some((item) => item.name.includes(part));
		const items = alarms;

		for (const item of gatewayItems(now))
			if (!(item.id === "store" && (told("redis") || told("store"))))
				items.push(item);
		for (const c of now.carriers || []) {
			const verdict = looks(c);

			if (verdict.sick && !spoken.has(c.name))
				items.push({ id: `carrier ${c.name}`, level: verdict.level, object: c.name, key: verdict.sick, carrier: c });
		}
		const since = (item) => (item.alarm && item.alarm.since_ms) || Infinity;
		return items.sort((a, b) => byUrgency(a, b) || (since(a) < since(b) ? -1 : since(a) > since(b) ? 1 : 0));
	};

	/* The sick first, the others as they are configured. */
	const sortCarriers = (now) => now.carriers.map((c, i) => ({ c, i, level: carrier(now, c).level }))
		.sort((a, b) => byUrgency(a, b) || a.i - b.i).map((row) => row.c);

	/* How full something is: a level for its bar. */
	const fill = (share) => (share >= 0.95 ? "warn" : "good");
	return { carrier, alarmed, attention, sortCarriers, fill };
})();
