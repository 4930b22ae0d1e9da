import type {Path, Report} from '../problem.ts';
import {isMap, mapOf} from './raw.ts';

/** A schedule has either cron or interval, and its retention has a limit (docs/rules.md, "One schedule"). */
export const checkSchedule = (value: unknown, path: Path, report: Report): void => {
	if (!isMap(value)) return;
	const {cron, interval, retention} = mapOf(value);
	if ((cron === undefined) === (interval === undefined))
		report(path, 'schedule requires exactly one of interval or cron.', {mark: 'key'});
	if (!isMap(retention)) return;
	const {keepLast, maxAgeDays} = mapOf(retention);
	if (keepLast === undefined && maxAgeDays === undefined)
		report([...path, 'retention'], 'retention requires keepLast or maxAgeDays.', {mark: 'key'});
};
