import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {type EffectiveVariable, effectiveVariables} from '../../model/effective.ts';
import {scopeAddress, scopeWords, type VariableScope} from '../../model/values.ts';
import {nearest} from '../../nearest.ts';
import {jsonDocument} from '../../output/json.ts';
import {revealText, sanitiseLine} from '../../output/sanitise.ts';
import {renderTable} from '../../output/table.ts';
import {createTerminal} from '../../output/terminal.ts';
import {shownValue, sourceOf} from '../../report/variables.ts';
import type {State, Variable} from '../../state/state.ts';
import {withoutVariable} from '../../state/variables.ts';
import {auditOf, changeState} from '../../workspace/change-variables.ts';
import {isJson} from '../../workspace/flags.ts';
import {describeTarget, type TargetFlags, targetOf} from '../../workspace/variable-target.ts';
import {openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

type Item = EffectiveVariable<Variable>;

function scopeOf(item: Item, {environment}: State, flags: TargetFlags): string {
	if (item.source === 'inherited') return `${environment}/*`;
	if (flags.resource !== undefined) return `${environment}/resource/${flags.resource}`;
	return flags.service === undefined ? `${environment}/*` : `${environment}/${flags.service}`;
}

const describeItem = (item: Item, state: State, flags: TargetFlags) => ({
	keyName: item.key,
	sensitivity: item.isSensitive ? 'sensitive' : 'plain',
	sourceType: item.source === 'binding' ? 'resource_output' : item.source,
	sourceResourceOutput: item.source === 'binding' ? `${item.resource}.${item.output}` : null,
	scopeType: item.source === 'inherited' ? 'environment' : targetOf(flags).type,
	scope: scopeOf(item, state, flags),
	value: item.isSensitive ? null : shownValue(item),
	valueHidden: item.isSensitive,
});

const header = (state: State, flags: TargetFlags): string[] => [
	`Project: ${state.project}`,
	`Environment: ${sanitiseLine(state.environment)}`,
	`Target: ${sanitiseLine(describeTarget(targetOf(flags)))}`,
	'',
];

async function readItems(flags: TargetFlags): Promise<{state: State; items: Item[]}> {
	const target = targetOf(flags);
	const workspace = await openWorkspace(flags);
	const {state} = await readOrNewState(workspace);
	const {variables, bindings} = state;
	return {state, items: effectiveVariables({project: workspace.project, variables, bindings}, target)};
}

/** The text for a target without variables, which names targets that have some. */
function noVariables({variables}: State, target: VariableScope): string {
	const others = [...new Set(variables.map(({scope}) => scopeAddress(scope)))]
		.filter(address => address !== scopeAddress(target))
		.map(address => sanitiseLine(address.replace('.', ' ')));
	return others.length === 0 ? 'No variables found.' : `No variables found here, but for ${others.join(', ')}.`;
}

/** `compartment variable list`: lists a target's variables with source and scope; sensitive values are hidden. */
export async function variableList(flags: TargetFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const {state, items} = await readItems(flags);
	if (isJson(flags)) {
		const variables = items.map(item => describeItem(item, state, flags));
		const {project, environment} = state;
		process.stdout.write(
			jsonDocument({
				project: {name: project},
				environment: {name: environment},
				serviceName: flags.service ?? null,
				resourceName: flags.resource ?? null,
				variables,
			}),
		);
		return;
	}
	const columns = [
		{title: 'KEY', value: ({key}: Item) => key},
		{title: 'CLASS', value: ({isSensitive}: Item) => (isSensitive ? 'sensitive' : 'plain')},
		{title: 'SOURCE', value: (item: Item) => sanitiseLine(sourceOf(item))},
		{title: 'SCOPE', value: (item: Item) => sanitiseLine(scopeOf(item, state, flags))},
		{title: 'VALUE', value: (item: Item) => revealText(shownValue(item)), maxWidth: 60},
	];
	const body =
		items.length === 0 ? noVariables(state, targetOf(flags)) : renderTable(columns, items, {titleStyle: paint.dim});
	print([...header(state, flags), body].join('\n'));
}

function findItem(items: readonly Item[], key: string, target: VariableScope): Item {
	const item = items.find(candidate => candidate.key === key);
	if (item) return item;
	const suggestion = nearest(
		key,
		items.map(candidate => candidate.key),
	);
	throw new UserError(
		`The requested variable was not found for the selected target.${suggestion ? ` Did you mean ${suggestion}?` : ''}`,
		{
			hint: command('variable list', ...scopeWords(target)),
		},
	);
}

/** `compartment variable show KEY`: shows one variable. */
export async function variableShow(key: string, flags: TargetFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {state, items} = await readItems(flags);
	const item = findItem(items, key, targetOf(flags));
	if (isJson(flags)) {
		const {project, environment} = state;
		const variable = describeItem(item, state, flags);
		process.stdout.write(jsonDocument({project: {name: project}, environment: {name: environment}, variable}));
		return;
	}
	const rows = [
		['KEY', item.key],
		['CLASS', item.isSensitive ? 'sensitive' : 'plain'],
		['VALUE', revealText(shownValue(item))],
		['SOURCE', sourceOf(item)],
		['SCOPE', scopeOf(item, state, flags)],
	];
	print([...header(state, flags), ...rows.map(([name, value]) => `${name}: ${sanitiseLine(value!)}`)].join('\n'));
}

/** `compartment variable remove KEY`: removes a value or a binding, with effect from the next apply. */
export async function variableRemove(key: string, flags: TargetFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const target = targetOf(flags);
	const workspace = await openWorkspace(flags);
	await changeState(workspace, 'variable.changed', async state => {
		const service = target.type === 'service' ? target.name : undefined;
		const bindings = state.bindings.filter(binding => binding.service !== service || binding.key !== key);
		const {variables} = withoutVariable(state, target, key);
		if (variables.length === state.variables.length && bindings.length === state.bindings.length)
			throw new UserError('The requested variable was not found for the selected target.', {
				hint: command('variable list', ...scopeWords(target)),
			});
		return {state: {...state, variables, bindings}, audit: {...auditOf(target, key), removed: true}};
	});
	if (isJson(flags)) process.stdout.write(jsonDocument({success: true}));
	else print(`Removed variable ${key}.`);
}
