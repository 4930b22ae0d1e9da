import {findPrunable, type Prunable, readProjectImages} from '../../apply/prunable.ts';
import {prune as pruneItems} from '../../apply/prune.ts';
import {canAsk} from '../../console/can-ask.ts';
import {askPick} from '../../console/pick-items.ts';
import {workOn} from '../../console/watch-work.ts';
import {counted} from '../../counted.ts';
import type {ReadonlyEngine} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {CancelledError, UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {formatBytes} from '../../output/bytes.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import type {State} from '../../state/state.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openWorkspace, readExistingState, type Workspace} from '../../workspace/workspace.ts';

type PruneFlags = CommonFlags & {
	readonly dryRun?: boolean;
	readonly autoApprove?: boolean;
	readonly candidates?: boolean;
	readonly keep?: number;
};

async function readPrunable(
	{project, settings}: Pick<Workspace, 'project' | 'settings'>,
	engine: ReadonlyEngine,
	state: State,
	flags: PruneFlags,
): Promise<readonly Prunable[]> {
	const [observed, images] = await Promise.all([observeOwn(engine, state), readProjectImages(engine, state)]);
	return findPrunable({
		state,
		keep: flags.keep ?? settings.retain,
		hasCandidates: flags.candidates === true,
		observed,
		declared: project.resources.map(({name}) => name),
		images,
	});
}

const isSame = (one: Prunable, other: Prunable): boolean => one.kind === other.kind && one.name === other.name;

/** The engine does not record who made it. */
const cacheNote = hint`Build cache is not offered, because nothing shows whose it is: ${command('settings set', 'buildCacheGB', '20')} limits it for the whole engine.`;

function printItems({print, paint}: Terminal, items: readonly Prunable[]): void {
	const rows = items.map((item, index) => ({...item, number: index + 1}));
	type Row = (typeof rows)[number];
	const columns = [
		{title: '#', value: ({number}: Row) => String(number), align: 'right' as const},
		{title: 'KIND', value: ({kind}: Row) => kind},
		{title: 'NAME', value: ({name}: Row) => sanitiseLine(name.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1'))},
		{
			title: 'SIZE',
			value: ({size}: Row) => (size === null ? '-' : size === 0 ? '0 B' : `up to ${formatBytes(size)}`),
			align: 'right' as const,
		},
		{title: 'WHY', value: ({reason}: Row) => sanitiseLine(reason)},
	];
	print(renderTable(columns, rows, {titleStyle: paint.dim}));
}

/** `compartment prune`: removes images and containers of an environment that nothing needs, after a preview. */
export async function prune(flags: PruneFlags): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint, inform} = terminal;
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const items = await readPrunable(workspace, workspace.engine, state, flags);
	const finish = (removed: readonly Prunable[]) => {
		if (!isJson(flags)) return;
		const {project, environment} = state;
		process.stdout.write(
			jsonDocument({
				project: {name: project},
				environment: {name: environment},
				items,
				removed: removed.map(({name}) => name),
				isDryRun: flags.dryRun === true,
			}),
		);
	};
	if (!isJson(flags)) {
		if (items.length === 0) print(`There is nothing to prune in ${sanitiseLine(state.environment)}.`);
		else printItems(terminal, items);
		inform(paint.dim(hintText(cacheNote)));
	}
	if (items.length === 0 || flags.dryRun) return finish([]);
	if (!flags.autoApprove && (isJson(flags) || !canAsk()))
		throw new UserError('Prune requires approval.', {hint: again('--auto-approve')});
	const approved = flags.autoApprove ? items : await askPick(`Remove ${counted(items.length, 'item')}?`, items);
	if (approved.length === 0) throw new CancelledError('Nothing was removed.');
	const removed = await workOn(flags, 'prune', async ({context}) => {
		// What has changed since the preview is not removed.
		const current = await readPrunable(workspace, context.engine, context.state.current(), flags);
		return pruneItems(
			context,
			approved.filter(item => current.some(other => isSame(item, other))),
		);
	});
	finish(removed);
	if (isJson(flags)) return;
	print(`Removed ${removed.length} of ${counted(approved.length, 'item')}.`);
	if (removed.length < approved.length) inform('The others are used again, or were removed meanwhile.');
}
