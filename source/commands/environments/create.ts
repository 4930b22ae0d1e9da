import type {EngineInfo} from '../../engine/engine.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {findMachine, readSettings} from '../../settings/settings.ts';
import {readEngineRecord, writeEngineRecord} from '../../state/engine-record.ts';
import {readPlace, type StateSite} from '../../state/place.ts';
import type {State} from '../../state/state.ts';
import {hasState} from '../../state/state-file.ts';
import {ForeignStateError} from '../../state/trusted.ts';
import {parsePublicUrl} from '../../state/urls.ts';
import {changeState} from '../../workspace/change-variables.ts';
import {chooseEngine, type EngineChoice, engineOf} from '../../workspace/choose-engine.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {choosePlace} from '../../workspace/state-place.ts';
import {connectTo, findLostState, openWorkspace, readOrNewState, type Workspace} from '../../workspace/workspace.ts';

type CreateFlags = CommonFlags & {
	readonly engine?: string;
	readonly state?: StateSite;
	readonly publicUrl?: string;
};

/** The state with a public URL, or without one for null; as it is for undefined. */
const withPublicUrl = (state: State, given: string | null | undefined): State =>
	given === undefined || (state.publicUrl ?? null) === given ? state : {...state, publicUrl: given};

/** Says where the state of a new environment is to be kept. One that is kept there already stays. */
async function placeState(workspace: Workspace, place: StateSite): Promise<readonly string[]> {
	const {directory, environment} = workspace;
	if (!hasState(directory)) return (await choosePlace(workspace, place)).warnings;
	if ((readPlace(directory)?.state ?? 'local') === place) return [];
	throw new UserError(`Environment ${environment} exists already.`, {
		hint: hint`To move its state: ${place === 'engine' ? command('state migrate', '--to', 'engine') : command('state migrate', '--to', 'local')}`,
	});
}

async function engineFor({engine}: CreateFlags): Promise<EngineChoice> {
	if (engine === undefined) return chooseEngine(undefined);
	if (engine.includes('://'))
		throw new UserError(`--engine takes the name of a machine, not an address: ${engine}`, {
			hint: hint`Give it a name first: ${command('machine add', 'web1', engine)}`,
		});
	const {machines} = await readSettings();
	return engineOf(engine, findMachine(engine, machines));
}

/** A machine that was reinstalled has another engine, without what ran there. */
async function assertKnownEngine({machine}: EngineChoice, {id}: EngineInfo): Promise<void> {
	if (machine === undefined) return;
	const {machines} = await readSettings();
	const known = machines[machine]?.engine;
	if (known === undefined || known === id) return;
	throw new UserError(`machine ${machine} has another engine than when it was added`, {
		hint: hint`If you have reinstalled it: ${command('machine remove', machine)}, then ${command('machine add', machine, machines[machine]!.address)}`,
	});
}

function assertMovable({engine, environment}: State, {id}: EngineInfo): void {
	if (engine === null || engine === id) return;
	throw new UserError(`environment ${environment} already runs on another engine`, {
		hint: hint`Take another name, or delete it there first: ${command('environment delete', environment)}`,
	});
}

/**
 * `compartment environment create NAME [--engine MACHINE] [--state PLACE] [--public-url URL]`: creates an environment with nothing
 * in it, and records its engine, where its state is kept and where users reach it, so that every command finds them. What is not
 * given stays as it is in an environment that is there already.
 */
export async function environmentCreate(
	name: string,
	{state: place, publicUrl: typed, ...flags}: CreateFlags,
): Promise<void> {
	const terminal = createTerminal(flags);
	const given = typed === undefined ? undefined : typed === 'none' ? null : parsePublicUrl(typed);
	const {print, paint} = terminal;
	const choice = await engineFor(flags);
	const workspace = await openWorkspace({...flags, env: name}, await connectTo(choice));
	const {engine, project} = workspace;
	const info = await engine.info();
	await assertKnownEngine(choice, info);
	if (place) warn(terminal, await placeState(workspace, place));
	const identity = {project: project.name, environment: name};
	const previous = readEngineRecord(identity);
	const machine = choice.machine ?? null;
	const record = {...identity, machine, engine: {id: info.id, address: engine.address}};
	const {isNew} = await readOrNewState(workspace).catch((error: unknown) => {
		// What lets them in is run there too.
		if (error instanceof ForeignStateError && !previous) writeEngineRecord(record);
		throw error;
	});
	const lost = isNew ? await findLostState(workspace) : undefined;
	if (lost) throw lost;
	const {publicUrl = null} = await changeState(workspace, 'environment.created', async state => {
		assertMovable(state, info);
		const next = withPublicUrl(state.engine === info.id ? state : {...state, engine: info.id}, given);
		return {state: next, audit: {engine: info.id, ...(given === undefined ? {} : {publicUrl: given ?? 'none'})}};
	});
	writeEngineRecord(record);
	const state = readPlace(workspace.directory)?.state ?? 'local';
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({...record, state, publicUrl, isNew}));
		return;
	}
	const where = machine === null ? engine.address : `${machine} (${engine.address})`;
	const isSame = !isNew && previous?.engine.address === engine.address;
	print(
		sanitiseLine(
			`${isNew ? 'Created' : isSame ? 'Kept' : 'Recorded'} environment ${name} of ${project.name} on ${where}.`,
		),
	);
	if (state === 'engine') print('Its state is on the engine.');
	if (publicUrl !== null) print(`Users reach it at ${paint.accent(sanitiseLine(publicUrl))}.`);
	if (isNew) print(paint.dim(`Deploy it: ${hintText(command('apply'))}`));
}
