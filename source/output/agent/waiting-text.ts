import {counted} from '../../counted.ts';
import {formatAge} from '../duration.ts';
import {sanitiseLine} from '../sanitise.ts';
import {dueText} from './agent-words.ts';

/** The notifications that wait for one target. Times in milliseconds since the epoch. */
export type WaitingNotifications = {
	/** Of the target's URL, the rest of which may be a secret. */
	readonly origin: string;
	readonly waiting: number;
	/** When the oldest one was made. */
	readonly since: number;
	/** Failed attempts of the one that is sent next. */
	readonly attempts: number;
	readonly nextAt: number;
	/** Why the last attempt failed. */
	readonly problem: string | undefined;
};

/** `2 wait for https://hooks.example.com since 5m; 3 attempts failed, the last one: answered 503; next in 2m 00s` */
export function waitingText(
	{origin, waiting, since, attempts, nextAt, problem}: WaitingNotifications,
	now: number,
): string {
	const failed = `${counted(attempts, 'attempt')} failed${problem === undefined ? '' : `, the last one: ${problem}`}`;
	return sanitiseLine(
		[
			`${waiting} ${waiting === 1 ? 'waits' : 'wait'} for ${origin} since ${formatAge(since, now)}`,
			...(attempts === 0 ? [] : [failed, `next ${dueText({at: nextAt}, now)}`]),
		].join('; '),
	);
}
