import type {Dialogue} from '../console/dialogue.ts';
import type {PlanRequest} from '../refresh/plan-request.ts';
import {plainRequest} from '../refresh/plan-request.ts';
import type {FrameVerb, Run, TerminalRun} from '../ui/dashboard/state.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import {apply} from './deploy/apply.ts';
import {printPlan} from './deploy/plan.ts';
import {promoteIn} from './deploy/promote.ts';
import {type CommandResult, exitCodeOf} from './exit-code.ts';
import {backUp, verify} from './resources/backup.ts';
import {restore} from './resources/restore.ts';

const backupWords = {
	backup: ['resource', 'backup', 'create'],
	verify: ['resource', 'backup', 'verify'],
	restore: ['resource', 'backup', 'restore'],
} as const;

const isBackupVerb = (verb: string): verb is keyof typeof backupWords => verb in backupWords;

const environmentWords = (environment: string): readonly string[] =>
	environment === 'production' ? [] : ['--env', environment];

/** The command line that the user would have typed, without `compartment`. */
export function typedWords({
	verb,
	environment,
	object,
	backup,
	deployment,
	from,
}: Run | TerminalRun): readonly string[] {
	if (isBackupVerb(verb))
		return [
			...backupWords[verb],
			...(object === undefined || verb === 'verify' ? [] : ['--resource', object]),
			...(backup === undefined ? [] : ['--backup', backup]),
			...environmentWords(environment),
		];
	return [
		...(verb === 'discard' ? ['promote', '--discard'] : [verb]),
		...(from === undefined ? [] : ['--from', from, '--to', environment]),
		...(verb === 'init' || from !== undefined ? [] : environmentWords(environment)),
		...(object === undefined ? [] : verb === 'restart' || verb === 'open' ? [object] : ['--service', object]),
		...(deployment === undefined ? [] : ['--to', deployment]),
	];
}

type PlanVerb = Exclude<FrameVerb, keyof typeof backupWords | 'plan'>;

/** What a verb asks a plan for. */
const requestFor = (verb: PlanVerb, {object, deployment}: Run): PlanRequest => ({
	...plainRequest,
	mode: verb,
	services: object === undefined ? null : [object],
	...(deployment === undefined ? {} : {rollbackTo: deployment}),
});

/** Runs what a key of the dashboard requested, like its command. Returns its exit code. */
export const runVerb = async (run: Run, flags: ScreenFlags, dialogue: Dialogue): Promise<number> =>
	exitCodeOf(await commandOf(run, flags, dialogue));

function commandOf(run: Run, flags: ScreenFlags, dialogue: Dialogue): Promise<CommandResult> {
	const {verb, environment, object = '', backup = '', from} = run;
	const common = {...flags, env: environment};
	switch (verb) {
		case 'plan':
			return printPlan(common, dialogue.terminal);
		case 'backup':
			return backUp({...common, resource: object}, dialogue);
		case 'verify':
			return verify({...common, backup}, dialogue);
		case 'restore':
			return restore({...common, resource: object, backup}, dialogue);
		default: {
			if (from !== undefined) return promoteIn({...common, from, to: environment}, dialogue);
			const command = verb === 'discard' ? 'promote' : verb;
			return apply(command, undefined, common, requestFor(verb, run), dialogue);
		}
	}
}
