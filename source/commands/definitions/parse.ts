/** What a value of the command line means, or what is wrong with it. */
export type Parsed<Value> = {readonly value: Value} | {readonly problem: string};

/** A whole number within its bounds, which are inclusive. */
export function parseWholeNumber(text: string, least: number, most: number): Parsed<number> {
	const value = Number(text);
	if (/^\d+$/.test(text) && value >= least && value <= most) return {value};
	return {problem: `It must be a whole number from ${least} to ${most}.`};
}

const milliseconds = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};

const isUnit = (unit: string | undefined): unit is keyof typeof milliseconds =>
	unit !== undefined && unit in milliseconds;

/** A length of time such as `500ms`, `30s`, `5m` or `1h`, in milliseconds. */
export function parseDuration(text: string): Parsed<number> {
	const [, number, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
	return isUnit(unit) ? {value: Number(number) * milliseconds[unit]} : {problem: 'Write it as 30s, 5m or 1h.'};
}

/** The name of an environment. Its length is counted as people do. */
export function parseEnvironment(text: string): Parsed<string> {
	const length = [...text].length;
	return length >= 1 && length <= 63 ? {value: text} : {problem: 'An environment name has 1 to 63 characters.'};
}

const minuteMs = 60_000;
const lifetimeUnits = {m: minuteMs, h: 60 * minuteMs, d: 1440 * minuteMs, w: 7 * 1440 * minuteMs} as const;

const isLifetimeUnit = (unit: string | undefined): unit is keyof typeof lifetimeUnits =>
	unit !== undefined && unit in lifetimeUnits;

/** How long an environment lives, such as `12h`, `3d` or `2w`, in milliseconds; null for `never`. */
export function parseExpires(text: string): Parsed<number | null> {
	if (text === 'never') return {value: null};
	const [, number, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
	const value = isLifetimeUnit(unit) ? Number(number) * lifetimeUnits[unit] : 0;
	const isGood = value >= 10 * minuteMs && value <= 365 * lifetimeUnits.d;
	return isGood ? {value} : {problem: 'Write it as 12h, 3d or 2w, from 10m to 365d, or never.'};
}
