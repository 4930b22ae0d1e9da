import {isRegistered} from '../agent/is-attended.ts';
import {findAgent, type KnownAgent, listAgents} from '../agent/status.ts';
import {lookAtQueue, targetKey} from '../notify/queue.ts';
import {type AgentReport, reportOf} from '../output/agent/agent-words.ts';
import type {WaitingNotifications} from '../output/agent/waiting-text.ts';
import {originOf} from '../settings/notify-targets.ts';
import {readSettings} from '../settings/settings.ts';
import type {State} from '../state/state.ts';

/** What is known of the agent of an environment. @param folder of compartment.yml */
export async function readAgentReport(
	folder: string,
	{engine, project, environment}: Pick<State, 'engine' | 'project' | 'environment'>,
): Promise<AgentReport> {
	const agent = engine === null ? undefined : await findAgent(engine);
	return reportOf(agent, isRegistered(folder), {project, environment});
}

/** The agents of this machine's user, and the notifications that they have not delivered yet. */
export async function readAgents(): Promise<{
	readonly agents: readonly KnownAgent[];
	readonly notifications: readonly WaitingNotifications[];
}> {
	const [agents, {notify: targets}] = await Promise.all([listAgents(), readSettings()]);
	const origins = new Map(targets.map(target => [targetKey(target), originOf(target.url)]));
	// What waits for a target that the user has removed is not sent any more.
	const notifications = lookAtQueue().flatMap(({target, notBefore, ...queue}) => {
		const origin = origins.get(target);
		return origin === undefined ? [] : [{...queue, origin, nextAt: notBefore}];
	});
	return {agents, notifications};
}
