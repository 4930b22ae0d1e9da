import type {EnvValue} from '../../model/values.ts';
import {planColumns, renderAction} from '../../output/plan/action-text.ts';
import {renderBlocked} from '../../output/plan/blocked-text.ts';
import type {Terminal} from '../../output/terminal.ts';
import {signOf} from '../../plan/plan.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {refresh} from '../../refresh/refresh.ts';
import {shellWord} from '../../shell-word.ts';
import type {State} from '../../state/state.ts';
import type {ObjectView, PageLine, TabContent} from '../../ui/dashboard/data.ts';
import {readOrNewState, type Workspace} from '../../workspace/workspace.ts';

const describeValue = (value: EnvValue): string => {
	if (value.type === 'plain') return value.value;
	return value.type === 'output' ? `from ${value.resource}.${value.output}` : '<hidden>';
};

const envLines = (env: Readonly<Record<string, EnvValue>>): PageLine[] =>
	Object.entries(env)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([label, value]) => ({type: 'fact', label, text: describeValue(value)}));

const facts = (values: Readonly<Record<string, unknown>>): PageLine[] =>
	Object.entries(values).flatMap(([label, value]): PageLine[] =>
		value === undefined || value === null
			? []
			: [{type: 'fact', label, text: typeof value === 'object' ? JSON.stringify(value) : String(value)}],
	);

function deployedLines(state: State, {kind, name}: ObjectView): PageLine[] {
	if (kind === 'resource') {
		const record = state.resources[name];
		if (!record) return [];
		const {spec, restart, readiness} = record;
		return [
			{type: 'heading', text: 'As it was deployed'},
			...facts({
				image: spec.image,
				command: spec.command?.map(shellWord).join(' '),
				ports: spec.ports.join(', '),
				restart,
				readiness,
			}),
			...facts(Object.fromEntries(Object.entries(spec.volumes).map(([handle, path]) => [`volume ${handle}`, path]))),
			{type: 'heading', text: 'Environment'},
			...envLines(spec.env),
		];
	}
	const deployment = state.deployments[state.active[name] ?? ''];
	if (!deployment) return [];
	const {spec, readiness, imageReference, port} = deployment;
	return [
		{type: 'heading', text: 'As it was deployed'},
		...facts({
			image: imageReference,
			command: spec.command,
			port: port ?? spec.port,
			restart: spec.restart.policy,
			readiness: readiness && `GET ${readiness.path} within ${readiness.timeoutMs} ms`,
			limits: spec.limits,
		}),
		{type: 'heading', text: 'Environment'},
		...envLines(spec.env),
	];
}

/** Addresses that the next apply would change for this object. */
const belongsTo = ({kind, name}: ObjectView, address: string): boolean =>
	kind === 'service'
		? [`image.${name}`, `release.${name}`, `service.${name}`, 'routes'].includes(address)
		: address === `resource.${name}` || address.startsWith(`volume.${name}.`);

/** The configuration of an object, and what the next apply would change. */
export async function configurationOf(
	workspace: Workspace,
	object: ObjectView,
	terminal: Terminal,
): Promise<TabContent> {
	const {state, isNew} = await readOrNewState(workspace);
	const {plan} = await refresh({...workspace, state}, plainRequest);
	const actions = plan.actions.filter(({address, kind}) => kind !== 'none' && belongsTo(object, address));
	const options = {...terminal, columns: terminal.columns - 4, isFull: true};
	const columns = planColumns(
		actions.map(({address}) => address),
		actions.map(action => terminal.glyphs.sign(signOf(action))),
		options.columns,
	);
	const texts = actions.flatMap(action =>
		action.kind === 'blocked'
			? renderBlocked(plan, action, columns, options)
			: renderAction(plan, action, columns, options),
	);
	const difference: PageLine[] =
		actions.length === 0
			? [{type: 'text', text: 'No changes. It matches compartment.yml.', tone: 'good'}]
			: [
					...texts.map((text): PageLine => ({type: 'text', text})),
					{type: 'text', text: ''},
					{type: 'text', text: 'Press a to plan and apply.', tone: 'quiet'},
				];
	return {
		type: 'page',
		lines: [
			{type: 'heading', text: 'What the next apply would change'},
			...difference,
			...(isNew ? [] : deployedLines(state, object)),
		],
	};
}
