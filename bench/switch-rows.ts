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

/** What the clients saw of the switches; `confirmed` has the time of each version's switch. */
export function describeLoad(name: string, load: Load, confirmed: ReadonlyMap<string, number>): Omit<Row, 'peaks'> {
	const {answers, losses} = load;
	const late = [...confirmed].flatMap(([version, at]) =>
		answers.filter(answer => answer.sentAt > at && Number(answer.version) < Number(version)),
	);
	const slow = answers.filter(({isSlow}) => isSlow);
	const firstOf = (version: string) => answers.find(answer => answer.version === version && !answer.isSlow);
	const across = [...confirmed.keys()].filter(version => {
		const switchedAt = firstOf(version)?.answeredAt ?? 0;
		return slow.some(
			({sentAt, answeredAt, version: own}) =>
				Number(own) < Number(version) && sentAt < switchedAt && switchedAt < answeredAt,
		);
	});
	const waits = [...confirmed.keys()].flatMap(version => {
		const first = firstOf(version);
		return first ? first.answeredAt - first.readyAt : [];
	});
	const count = answers.length + losses.length;
	const wait =
		waits.length === 0 ? '-' : `${Math.round(median(waits))} (${Math.min(...waits)} to ${Math.max(...waits)})`;
	for (const [text, times] of Map.groupBy(losses, loss => loss))
		process.stderr.write(`${name}: ${times.length} × ${text}\n`);
	return {
		name,
		cells: [
			confirmed.size,
			count,
			losses.length,
			late.length,
			`${across.length} of ${confirmed.size}`,
			longestSilence(load),
			wait,
		],
		lost: losses.length,
		waits,
	};
}
