import {hostname} from 'node:os';
import type {NotifyTarget} from '../settings/notify-targets.ts';
import {type Occurrence, toNotification} from './notification.ts';
import {enqueue, openQueue} from './queue.ts';

/**
 * Queues a notification for the targets that want to know of its event.
 * @returns whether there is one
 * @throws UserError when it cannot be written
 */
export function notify(
	occurrence: Occurrence,
	targets: readonly NotifyTarget[],
	env: NodeJS.ProcessEnv = process.env,
): boolean {
	const wanted = targets.filter(({events}) => events === undefined || events.includes(occurrence.event));
	if (wanted.length === 0) return false;
	enqueue(openQueue(env), toNotification(occurrence, hostname()), wanted);
	return true;
}
