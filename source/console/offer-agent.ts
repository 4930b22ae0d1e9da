import {realpathSync} from 'node:fs';
import {chooseOffer} from '../agent/choose-offer.ts';
import {addProject, declineProject} from '../agent/registry.ts';
import {findAgent} from '../agent/status.ts';
import type {Project} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {warn} from '../output/terminal.ts';
import {listOf} from '../plan/approval.ts';
import type {State} from '../state/state.ts';
import {hintText} from '../workspace/invocation.ts';
import type {Dialogue} from './dialogue.ts';
import {updateAgent} from './update-agent.ts';

type Applied = {
	readonly project: Project;
	/** As the apply left it. */
	readonly state: State;
	readonly engineId: string;
	/** Whether the plan warned of a schedule that nothing keeps. */
	readonly hasUnkeptSchedule: boolean;
	readonly dialogue: Pick<Dialogue, 'terminal' | 'askYes'>;
	/** Whether the command may ask: it asked for approval too. */
	readonly canAsk: boolean;
};

/** Offers to register the project of a successful apply with the agent: once, and only if that makes a difference. */
export async function offerAgent(applied: Applied): Promise<void> {
	const {project, state, engineId, hasUnkeptSchedule, dialogue, canAsk} = applied;
	const {terminal} = dialogue;
	const {inform, print, paint} = terminal;
	const hasLifetime = (state.lifetime ?? null) !== null;
	const folder = realpathSync(project.directory);
	const offer = await chooseOffer({folder, engineId, hasUnkeptSchedule, hasLifetime, canAsk});
	if (offer === undefined) return;
	const register = paint.accent(hintText(command('agent add')));
	if (offer === 'hint') {
		const prune = paint.accent(hintText(command('environment prune')));
		inform(
			`${state.environment} expires. An agent destroys it then: ${register}, or a schedule of yours: ${prune} --auto-approve`,
		);
		return;
	}
	const duties = [
		...(hasUnkeptSchedule ? ['runs its schedules'] : []),
		...(hasLifetime ? [`destroys ${state.environment} when it expires`] : []),
		'restarts what fails',
	];
	const reason = `While nobody is typing, the agent ${listOf(duties)}.`;
	const wants = await dialogue.askYes(reason, 'Register this project with the agent?');
	if (wants === undefined) return;
	try {
		if (wants) addProject(folder, new Date());
		else declineProject(folder);
	} catch (error) {
		// The apply has succeeded all the same.
		if (!(error instanceof UserError)) throw error;
		return warn(terminal, [`The answer is lost: ${error.message}`]);
	}
	if (!wants) return print(`You will not be asked again. To register it later: ${register}`);
	const isRunning = (await findAgent(engineId))?.isRunning === true;
	const next = isRunning
		? ''
		: ` No agent runs yet. Start it with the machine: ${paint.accent(hintText(command('agent install')))}`;
	print(`The project is registered.${next}`);
	await updateAgent(terminal);
}
