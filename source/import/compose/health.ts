import type {Cursor} from '../cursor.ts';

/** What a healthcheck that requests a page says. */
export type Probe = {readonly path: string; readonly port?: number; readonly timeoutMs: number};

const units: Readonly<Record<string, number>> = {ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000};

/** Milliseconds of a duration such as `1m30s`; undefined for another text. */
function durationOf(text: string | undefined): number | undefined {
	if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
	return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
		(sum, [, number, unit]) => sum + Number(number) * units[unit!]!,
		0,
	);
}

const local = String.raw`(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\])`;

/** The first address on the container itself that a test requests over HTTP. */
function addressIn(test: string, own: readonly string[]): {path: string; port?: number} | undefined {
	if (!/curl|wget|http/i.test(test)) return undefined;
	const hosts = [local, ...own.map(name => name.replace(/[.]/g, '\\.'))].join('|');
	const match = new RegExp(`(?:https?://)?(?<![\\w.-])(?:${hosts})(?::(\\d{1,5}))?(/[^\\s"'|&;)\\]]*)?`, 'i').exec(
		test,
	);
	if (!match || (match[1] === undefined && match[2] === undefined && !match[0].includes('://'))) return undefined;
	// Only what the router accepts as a path.
	const path = (match[2] ?? '/').split('#', 1)[0]!;
	const port = match[1] === undefined ? undefined : Number(match[1]);
	return {path, ...(port !== undefined && port >= 1 && port <= 65_535 ? {port} : {})};
}

const longest = 300_000;

/**
 * The healthcheck of a service as a probe. Noted where it is something other than a request.
 * @param own names that the service has for itself
 */
export function probeOf(check: Cursor | undefined, own: readonly string[]): Probe | undefined {
	if (!check) return undefined;
	const test = check.get('test');
	const words = Array.isArray(test?.value) ? test.items().map(item => item.text() ?? '') : [test?.text() ?? ''];
	if (check.get('disable')?.value === true || words[0] === 'NONE') {
		check.carry();
		return undefined;
	}
	const found = addressIn(words.join(' '), own);
	if (!found) {
		check.note(
			'missing',
			'runs a command in the container; readiness requests a path: readiness: {type: http, path: /healthz}',
		);
		return undefined;
	}
	const [start, interval] = [durationOf(check.get('start_period')?.text()), durationOf(check.get('interval')?.text())];
	const retries = Number(check.get('retries')?.text() ?? 3);
	const wanted = (start ?? 0) + (interval ?? 30_000) * (Number.isFinite(retries) ? Math.max(retries, 1) : 3);
	check.carry();
	return {...found, timeoutMs: Math.min(longest, Math.max(10_000, Math.round(wanted)))};
}
