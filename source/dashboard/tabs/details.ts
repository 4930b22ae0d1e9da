import {command, hint} from '../../hint.ts';
import {resourceAddress, serviceAddress} from '../../model/address.ts';
import {effectiveVariables} from '../../model/effective.ts';
import {scopeWords} from '../../model/values.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {describeRule} from '../../plan/routes.ts';
import {renderHint} from '../../render-hint.ts';
import {shownValue, sourceOf} from '../../report/variables.ts';
import {crashLoopAt} from '../../state/crash-loop.ts';
import type {State} from '../../state/state.ts';
import type {ObjectView, PageLine, TabContent} from '../../ui/dashboard/data.ts';
import type {Workspace} from '../../workspace/workspace.ts';

const fact = (label: string, text: string | null | undefined): PageLine[] =>
	text === null || text === undefined || text === '' ? [] : [{type: 'fact', label, text}];

const notDeployed: TabContent = {
	type: 'page',
	lines: [{type: 'text', text: 'Not deployed yet. Press a to plan and apply.', tone: 'quiet'}],
};

/** Local date and time, locale-independent: `2026-01-31 08:00:00`. */
const timeOf = (at: string | number): string => new Date(at).toLocaleString('sv-SE');

function failureLines({failure}: ObjectView): PageLine[] {
	if (!failure) return [];
	return [
		{type: 'heading', text: 'The latest attempt failed'},
		...fact('deployment', failure.deployment),
		...fact('when', timeOf(failure.at)),
		...failure.headlines.map(
			(text, index): PageLine => ({type: 'fact', label: index === 0 ? 'why' : '', text, tone: 'bad'}),
		),
		...failure.lines.map((text): PageLine => ({type: 'text', text: `  ${sanitiseLine(text)}`})),
	];
}

/** What a service or resource left that the agent does not start any more. */
function crashLines(state: State, {kind, name}: ObjectView): PageLine[] {
	const crashLoop = crashLoopAt(state, kind === 'resource' ? resourceAddress(name) : serviceAddress(name));
	if (!crashLoop) return [];
	const {at, cause, exitCode, isOutOfMemory, lastLines} = crashLoop;
	return [
		{type: 'heading', text: 'Crash loop'},
		...fact('since', timeOf(at)),
		...fact('why', sanitiseLine(cause)),
		...fact('exit code', exitCode === undefined ? null : `${exitCode}${isOutOfMemory ? ', out of memory' : ''}`),
		...lastLines.map((text): PageLine => ({type: 'text', text: `  ${sanitiseLine(text)}`})),
	];
}

const driftLines = ({drift}: ObjectView): PageLine[] =>
	drift.length === 0
		? []
		: [
				{type: 'heading', text: 'Changed outside Compartment'},
				...drift.map((text): PageLine => ({type: 'fact', label: '', text, tone: 'warning'})),
			];

/** A page with the details and health of an object. */
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
			...fact('cause', object.cause === null ? null : sanitiseLine(object.cause)),
			...fact('restarts', object.restarts),
			...fact('address', object.address),
			...fact('URL', object.url),
			...fact(
				'access',
				object.url === null
					? null
					: object.asksPassword
						? renderHint(hint`password required: ${command('access show')}`, state)
						: 'public',
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
			...crashLines(state, object),
			...driftLines(object),
		],
	};
}

/** The variables of a target with their sources; sensitive values are hidden. */
export function variablesOf(
	{
		project,
		state,
		environment,
	}: {
		readonly project: Workspace['project'] | undefined;
		readonly state: State | undefined;
		readonly environment: string;
	},
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
		empty: renderHint(
			hint`No variables. ${command('variable set', 'KEY', 'value', ...scopeWords({type: kind, name}))}`,
			{environment},
		),
		rows: items.map(item => ({
			id: item.key,
			cells: [item.key, item.isSensitive ? 'sensitive' : 'plain', sourceOf(item), shownValue(item)],
		})),
	};
}
