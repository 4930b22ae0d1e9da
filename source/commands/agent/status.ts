import {listAgents} from '../../agent/status.ts';
import {command} from '../../hint.ts';
import {agentsDocument, agentsText} from '../../output/agent/agent-status.ts';
import {jsonDocument} from '../../output/json.ts';
import {createTerminal} from '../../output/terminal.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** `compartment agent status`: says whether agents run, what they did last, and what they do next. */
export async function agentStatus(flags: CommonFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const agents = await listAgents();
	if (isJson(flags)) process.stdout.write(jsonDocument(agentsDocument(agents)));
	else if (agents.length > 0) print(agentsText(agents, {paint, now: Date.now()}));
	else print(`No agent has run yet. Start one: ${paint.accent(hintText(command('agent run')))}`);
}
