import type {AgentWorld, Duty} from '../agent/duty.ts';
import {formatDuration} from '../output/duration.ts';
import {readSettings} from '../settings/settings.ts';
import {type DeliveryProblem, deliver} from './deliver.ts';
import {isQueueEmpty} from './queue.ts';

/** How often the agent looks into the queue, which other processes write too. One look reads a folder. */
const lookMs = 5000;

const name = 'notifications';

/** Delivers the notifications of all processes of this user, and reports targets that it cannot reach. */
export function createDeliveryDuty({clock, report}: Pick<AgentWorld, 'clock' | 'report'>, env = process.env): Duty {
	// Origin → what was reported last.
	const reported = new Map<string, string>();
	const reportProblem = ({origin, problem, retryAt}: DeliveryProblem) => {
		const isKnown = reported.get(origin) === problem;
		reported.set(origin, problem);
		if (isKnown && retryAt !== null) return;
		const then = retryAt === null ? 'dropped after a day' : `next try in ${formatDuration(retryAt - clock.now())}`;
		report({type: 'problem', at: clock.now(), where: `notification to ${origin}`, message: `${problem}, ${then}`});
	};
	return {
		name,
		concerns: () => false,
		async run(_changes, signal) {
			if (!isQueueEmpty(env)) {
				const {notify: targets} = await readSettings(env);
				const {problems} = await deliver({targets, now: clock.now, signal, env});
				for (const problem of problems) reportProblem(problem);
				if (problems.length === 0 && isQueueEmpty(env)) reported.clear();
			}
			return [{at: clock.now() + lookMs, what: null}];
		},
	};
}
