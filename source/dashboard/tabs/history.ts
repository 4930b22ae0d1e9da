import type {ApplyEvent} from '../../apply/events.ts';
import {command, hint} from '../../hint.ts';
import {formatBytes} from '../../output/bytes.ts';
import {formatAge} from '../../output/duration.ts';
import {createEventPrinter} from '../../output/events/events-text.ts';
import type {Terminal} from '../../output/terminal.ts';
import {renderHint} from '../../render-hint.ts';
import {newestDeployments} from '../../report/deployments.ts';
import {readRunLog} from '../../state/run-log.ts';
import type {State} from '../../state/state.ts';
import type {TabContent, TableColumn} from '../../ui/dashboard/data.ts';
import type {IncomingLine} from '../../ui/logs/log-pool.ts';
import type {Workspace} from '../../workspace/workspace.ts';
import {stateOfDeployment} from '../deployment-state.ts';

const deploymentColumns: readonly TableColumn[] = [
	{title: 'DEPLOYMENT', priority: 0},
	{title: 'STATE', priority: 1},
	{title: 'TYPE', priority: 4},
	{title: 'AGE', priority: 2, align: 'right'},
	{title: 'IMAGE', priority: 5},
	{title: 'NOTE', priority: 3, isFlexible: true},
];

const refusals = {
	active: 'is active: select another one to roll back to',
	candidate: 'is held: promote it instead',
	failed: 'was never active: select one that was to roll back to',
} as const;

/** All deployments of a service, newest first. */
export async function deploymentsOf(
	{engine}: Pick<Workspace, 'engine'>,
	state: State | undefined,
	name: string,
	now: number,
): Promise<TabContent> {
	const deployments = state ? newestDeployments(state, [name]) : [];
	const images = new Set<string>();
	await Promise.all(
		[...new Set(deployments.map(({imageId}) => imageId))].map(async id => {
			if (await engine.findImage(id)) images.add(id);
		}),
	);
	return {
		type: 'table',
		columns: deploymentColumns,
		empty: 'No deployment yet.',
		rows: deployments.map(deployment => {
			const {word, tone} = stateOfDeployment(state!, deployment);
			const {id, type, createdAt, imageId, failure, label} = deployment;
			const note = failure?.message.split('\n')[0] ?? label ?? '';
			const refusal = word in refusals ? refusals[word as keyof typeof refusals] : undefined;
			return {
				id,
				deployment: id,
				...(refusal === undefined ? {} : {refusal: `${id} ${refusal}`}),
				tone,
				toneCell: 1,
				cells: [id, word, type, formatAge(Date.parse(createdAt), now), images.has(imageId) ? 'kept' : 'gone', note],
			};
		}),
	};
}

/** Backups of a resource, newest first. */
export function backupsOf(
	{state, environment}: {readonly state: State | undefined; readonly environment: string},
	name: string,
	now: number,
): TabContent {
	const backups = (state?.backups ?? [])
		.filter(({resource}) => resource === name)
		.sort((a, b) => (a.id < b.id ? 1 : -1));
	const tones = {running: 'busy', succeeded: 'good', failed: 'bad', deleted: 'quiet'} as const;
	return {
		type: 'table',
		columns: [
			{title: 'BACKUP', priority: 0},
			{title: 'STATE', priority: 1},
			{title: 'PURPOSE', priority: 3},
			{title: 'AGE', priority: 2, align: 'right'},
			{title: 'SIZE', priority: 4, align: 'right'},
			{title: 'NOTE', priority: 5, isFlexible: true},
		],
		empty: renderHint(hint`No backup yet. ${command('resource backup create', '--resource', name)}`, {environment}),
		rows: backups.map(({id, status, purpose, createdAt, size, failureSummary, verification}) => ({
			id,
			...(status === 'succeeded' ? {backup: id} : {refusal: `${id} is ${status}: nothing can be restored from it`}),
			tone: tones[status],
			toneCell: 1,
			cells: [
				id,
				status,
				purpose.replace('_', ' '),
				formatAge(Date.parse(createdAt), now),
				size === null ? '' : formatBytes(size),
				failureSummary ?? (verification ? `verified: ${verification.status}` : ''),
			],
		})),
	};
}

/** The log of a deployment's apply. */
export function runLogOf(
	directory: string,
	state: State | undefined,
	id: string,
	{paint, glyphs}: Terminal,
): IncomingLine[] {
	const deployment = state?.deployments[id];
	const events = deployment && (readRunLog(directory, deployment.run) as readonly ApplyEvent[] | undefined);
	const lines: IncomingLine[] = [];
	let at = '';
	const print = createEventPrinter({
		paint,
		glyphs,
		write: text => void lines.push({source: id, stream: 'compartment', at, text: text.replace(/\n$/, '')}),
	});
	for (const event of events ?? []) {
		at = new Date(event.at).toISOString();
		print(event);
	}
	return lines;
}
