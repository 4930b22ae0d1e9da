import {formatAge} from '../../output/duration.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {newestDeployments} from '../../report/deployments.ts';
import type {Deployment} from '../../state/state.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

type ListFlags = CommonFlags & {readonly service?: readonly string[]; readonly limit: number};

type Row = Deployment & {readonly isActive: boolean; readonly imageState: 'available' | 'missing'};

const describeRow = (row: Row) => ({
	id: row.id,
	run: row.run,
	service: row.service,
	type: row.type,
	status: row.status,
	stage: row.stage,
	isActive: row.isActive,
	isHeld: row.isHeld === true,
	label: row.label ?? null,
	image: row.imageReference,
	imageState: row.imageState,
	rollbackAvailable: row.status === 'succeeded' && !row.isActive && row.imageState === 'available',
	createdAt: row.createdAt,
	completedAt: row.completedAt ?? null,
	failure: row.failure?.message ?? null,
});

/** `compartment deployment list`: lists deployments, and which are rollback targets. */
export async function deploymentList(flags: ListFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const rows: Row[] = await Promise.all(
		newestDeployments(state, flags.service)
			.slice(0, flags.limit)
			.map(async deployment => {
				const image = await workspace.engine.findImage(deployment.imageId);
				const isActive = state.active[deployment.service] === deployment.id;
				return {...deployment, isActive, imageState: image ? 'available' : 'missing'};
			}),
	);
	if (isJson(flags)) {
		const {project, environment} = state;
		process.stdout.write(
			jsonDocument({project: {name: project}, environment: {name: environment}, deployments: rows.map(describeRow)}),
		);
		return;
	}
	if (rows.length === 0) return print(`No deployments found for ${state.project}/${sanitiseLine(state.environment)}.`);
	const now = Date.now();
	const columns = [
		{title: 'DEPLOYMENT', value: (row: Row) => row.id},
		{title: 'SERVICE', value: (row: Row) => row.service},
		{title: 'TYPE', value: (row: Row) => row.type},
		{
			title: 'STATE',
			value: (row: Row) =>
				row.isActive ? 'active' : row.isHeld ? 'candidate' : row.status === 'succeeded' ? 'previous' : row.status,
			style: (text: string, row: Row) =>
				row.isActive ? paint.ok(text) : row.status === 'failed' ? paint.fail(text) : text,
		},
		{title: 'IMAGE', value: (row: Row) => row.imageState},
		{title: 'AGE', value: (row: Row) => formatAge(Date.parse(row.createdAt), now), align: 'right' as const},
		{
			title: 'NOTE',
			value: (row: Row) => sanitiseLine(row.failure?.message.split('\n')[0] ?? row.label ?? ''),
			maxWidth: 80,
		},
	];
	print(renderTable(columns, rows, {titleStyle: paint.dim}));
}
