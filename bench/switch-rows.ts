import type {Load} from './load.ts';
import {median} from './statistics.ts';

/** A row of the table, and what the summary judges. */
export type Row = {
	readonly name: string;
	readonly cells: readonly (string | number)[];
	readonly lost: number;
	/** From ready to the first answer to a client, for each switch, in milliseconds. */
	readonly waits: readonly number[];
	/** Peak memory of one more redeploy, without clients. */
	readonly peaks: readonly number[];
};

/** What was seen of a switch besides the load; both in milliseconds since the epoch. */
export type Seen = {
	readonly confirmedAt: number;
	/** When the second service of the version first reported that it was ready; 0 without one. */
	readonly secondReadyAt: number;
};

/** The heads of the table; the last column is not part of `cells`. */
export const heads = [
	'command',
	'switches',
	'requests',
	'lost',
	'answered by the old one after it',
	'slow requests across a switch',
	'longest silence ms',
	'ready to traffic ms',
	'peak MB',
] as const;

/** The longest time without an answer to a quick request, in milliseconds. */
function longestSilence({answers}: Load): number {
	const times = answers.flatMap(({isSlow, answeredAt}) => (isSlow ? [] : [answeredAt]));
	return times.reduce((longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)), 0);
}

/** What the clients saw of the switches, by version. */
export function describeLoad(name: string, load: Load, seen: ReadonlyMap<string, Seen>): Omit<Row, 'peaks'> {
	const {answers, losses} = load;
	const late = [...seen].flatMap(([version, {confirmedAt}]) =>
		answers.filter(answer => answer.sentAt > confirmedAt && Number(answer.version) < Number(version)),
	);
	const slow = answers.filter(({isSlow}) => isSlow);
	const firstOf = (version: string) => answers.find(answer => answer.version === version && !answer.isSlow);
	const across = [...seen.keys()].filter(version => {
		const switchedAt = firstOf(version)?.answeredAt ?? 0;
		return slow.some(
			({sentAt, answeredAt, version: own}) =>
				Number(own) < Number(version) && sentAt < switchedAt && switchedAt < answeredAt,
		);
	});
	const waits = [...seen].flatMap(([version, {secondReadyAt}]) => {
		const first = firstOf(version);
		// The switch begins when the last candidate is ready.
		return first ? first.answeredAt - Math.max(first.readyAt, secondReadyAt) : [];
	});
	const count = answers.length + losses.length;
	const wait =
		waits.length === 0 ? '-' : `${Math.round(median(waits))} (${Math.min(...waits)} to ${Math.max(...waits)})`;
	for (const [text, times] of Map.groupBy(losses, loss => loss))
		process.stderr.write(`${name}: ${times.length} × ${text}\n`);
	return {
		name,
		cells: [
			seen.size,
			count,
			losses.length,
			late.length,
			`${across.length} of ${seen.size}`,
			longestSilence(load),
			wait,
		],
		lost: losses.length,
		waits,
	};
}
