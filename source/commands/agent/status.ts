import {command} from '../../hint.ts';
import {agentsDocument, agentsText} from '../../output/agent/agent-status.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readAgents} from '../../report/agent.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** `compartment agent status`: says whether agents run, what they did last, and what they do next. */
export async function agentStatus(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const known = await readAgents();
	if (isJson(flags)) process.stdout.write(jsonDocument(agentsDocument(known)));
	else if (known.agents.length + known.notifications.length > 0) print(agentsText(known, {paint, now: Date.now()}));
	else print(`No agent has run yet. Start one: ${paint.accent(hintText(command('agent run')))}`);
}
