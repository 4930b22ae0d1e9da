import {systemClock} from '../../agent/clock.ts';
import {allDuties} from '../../agent/duties.ts';
import type {DutyFactory} from '../../agent/duty.ts';
import type {AgentEvent} from '../../agent/events.ts';
import {readRegistry} from '../../agent/registry.ts';
import {runAgent} from '../../agent/run-agent.ts';
import {command} from '../../hint.ts';
import {createAgentNews} from '../../notify/agent-news.ts';
import {createDeliveryDuty} from '../../notify/delivery-duty.ts';
import {agentEventDocument, agentEventText} from '../../output/agent/agent-event.ts';
import {jsonLine} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openEngine} from '../../workspace/workspace.ts';

/** `compartment agent run`: runs the agent of this engine until SIGTERM or ctrl-c. */
export async function agentRun(flags: CommonFlags): Promise<void> {
	const {print, inform, paint} = createTerminal(flags);
	const stopping = new AbortController();
	const stop = () => stopping.abort();
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	try {
		const {engine, router, settings} = await openEngine();
		if (readRegistry().length === 0)
			inform(`No project is registered yet. Add one: ${paint.accent(hintText(command('agent add', 'FOLDER')))}`);
		const news = createAgentNews({onProblem: inform});
		const report = (event: AgentEvent) => {
			news.onEvent(event);
			if (isJson(flags)) process.stdout.write(jsonLine(agentEventDocument(event)));
			else print(agentEventText(event, paint));
		};
		const duties: DutyFactory = {
			...allDuties,
			ofAgent: world => [...allDuties.ofAgent(world), createDeliveryDuty(world)],
		};
		try {
			await runAgent({engine, router, settings, clock: systemClock, duties, report, signal: stopping.signal});
		} finally {
			await news.settled();
		}
	} finally {
		process.off('SIGINT', stop);
		process.off('SIGTERM', stop);
	}
}
