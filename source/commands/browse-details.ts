import type {ApplyEvent} from '../apply/events.ts';
import {effectiveVariables} from '../model/effective.ts';
import {formatBytes} from '../output/bytes.ts';
import {formatAge} from '../output/duration.ts';
import {createEventPrinter} from '../output/events-text.ts';
import {describeRule} from '../plan/routes.ts';
import {readRunLog} from '../state/run-log.ts';
import type {Deployment, State} from '../state/state.ts';
import type {ObjectView, PageLine, TabContent, TableColumn} from '../ui/stores/browse-data.ts';
import type {IncomingLine} from '../ui/stores/log-pool.ts';
import {newestDeployments} from './deployment-list.ts';
import type {Terminal} from './terminal.ts';
import {shownValue, sourceOf} from './variable-list.ts';
import type {Workspace} from './workspace.ts';

const fact = (label: string, text: string | null | undefined): PageLine[] =>
	text === null || text === undefined || text === '' ? [] : [{type: 'fact', label, text}];

const notDeployed: TabContent = {
	type: 'page',
	lines: [{type: 'text', text: 'Not deployed yet: a shows the plan and asks before anything happens.', tone: 'quiet'}],
};

/** Date and time here, without the manners of any country: `2026-01-31 08:00:00`. */
const timeOf = (at: string | number): string => new Date(at).toLocaleString('sv-SE');

function failureLines({failure}: ObjectView): PageLine[] {
	if (!failure) return [];
	return [
		{type: 'heading', text: 'The newest attempt failed'},
		...fact('deployment', failure.deployment),
		...fact('when', timeOf(failure.at)),
		...failure.headlines.map(
			(text, index): PageLine => ({type: 'fact', label: index === 0 ? 'why' : '', text, tone: 'bad'}),
		),
		...failure.lines.map((text): PageLine => ({type: 'fact', label: '', text})),
	];
}

const driftLines = ({drift}: ObjectView): PageLine[] =>
	drift.length === 0
		? []
		: [
				{type: 'heading', text: 'Changed outside Compartment'},
				...drift.map((text): PageLine => ({type: 'fact', label: '', text, tone: 'warning'})),
			];

/** What an object is and how it is, in one page. */
export function overviewOf(state: State | undefined, object: ObjectView): TabContent {
	if (!state || object.tone === 'quiet') {
		const lines = [...(notDeployed.type === 'page' ? notDeployed.lines : []), ...failureLines(object)];
		return {type: 'page', lines};
	}
	const {name, kind} = object;
	const deployment = kind === 'service' ? state.deployments[state.active[name] ?? ''] : undefined;
	const record = kind === 'resource' ? state.resources[name] : undefined;
	const rules = state.routes?.rules.filter(rule => rule.on === name) ?? [];
	const calls = state.routes?.rules.filter(rule => rule.to === name) ?? [];
	return {
		type: 'page',
		lines: [
			...fact('state', object.state),
			...fact('address', object.address),
			...fact('URL', object.url),
			...fact(
				'access',
				object.url === null ? null : object.asksPassword ? 'asks for the password: compartment access show' : 'public',
			),
			...fact('host', record?.spec.hostname),
			...fact(
				'deployment',
				deployment && `${deployment.id} (${deployment.type}${deployment.label ? `, ${deployment.label}` : ''})`,
			),
			...fact('since', deployment && timeOf(deployment.createdAt)),
			...fact('image', deployment?.imageReference ?? record?.spec.image),
			...fact('image id', deployment?.imageId ?? record?.imageId),
			...fact('container', deployment?.containerName ?? record?.containerName),
			...fact('inside at', deployment?.port ? `http://${name}:${deployment.port}` : null),
			...fact(
				'volumes',
				record &&
					Object.entries(record.spec.volumes)
						.map(([handle, path]) => `${handle} at ${path}`)
						.join(', '),
			),
			...rules.flatMap((rule, index) => fact(index === 0 ? 'routes' : ' ', describeRule(rule))),
			...calls.flatMap((rule, index) => fact(index === 0 ? 'reached from' : ' ', `${rule.on} ${describeRule(rule)}`)),
			...failureLines(object),
			...driftLines(object),
		],
	};
}

const deploymentColumns: readonly TableColumn[] = [
	{title: 'DEPLOYMENT', priority: 0},
	{title: 'STATE', priority: 1},
	{title: 'TYPE', priority: 4},
	{title: 'AGE', priority: 2, align: 'right'},
	{title: 'IMAGE', priority: 5},
	{title: 'NOTE', priority: 3, isFlexible: true},
];

function stateOfDeployment(state: State, {id, service, status, stage, isHeld}: Deployment) {
	if (state.active[service] === id) return {word: 'active', tone: 'good'} as const;
	if (isHeld && stage === 'candidate') return {word: 'candidate', tone: 'busy'} as const;
	if (status === 'failed') return {word: 'failed', tone: 'bad'} as const;
	return {word: status === 'succeeded' ? 'former' : status, tone: 'quiet'} as const;
}

/** Every attempt to run a service, newest first. */
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
			return {
				id,
				deployment: id,
				tone,
				toneCell: 1,
				cells: [id, word, type, formatAge(Date.parse(createdAt), now), images.has(imageId) ? 'kept' : 'gone', note],
			};
		}),
	};
}

/** What a target gets, with source; sensitive values are hidden. */
export function variablesOf(
	{project, state}: {project: Workspace['project'] | undefined; state: State | undefined},
	{kind, name}: ObjectView,
): TabContent {
	if (!project) return {type: 'problem', message: 'compartment.yml cannot be read'};
	const {variables = [], bindings = []} = state ?? {};
	const items = effectiveVariables({project, variables, bindings}, {type: kind, name});
	return {
		type: 'table',
		columns: [
			{title: 'KEY', priority: 0},
			{title: 'CLASS', priority: 3},
			{title: 'SOURCE', priority: 2},
			{title: 'VALUE', priority: 1, isFlexible: true},
		],
		empty: `No variables. compartment variable set KEY value --${kind} ${name}`,
		rows: items.map(item => ({
			id: item.key,
			cells: [item.key, item.isSensitive ? 'sensitive' : 'plain', sourceOf(item), shownValue(item)],
		})),
	};
}

/** Backups of a resource, newest first. */
export function backupsOf(state: State | undefined, name: string, now: number): TabContent {
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
		empty: `No backup yet. compartment resource backup create --resource ${name}`,
		rows: backups.map(({id, status, purpose, createdAt, size, failureSummary, verification}) => ({
			id,
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

/** Everything that was said while a deployment was made, as lines of a log. */
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
