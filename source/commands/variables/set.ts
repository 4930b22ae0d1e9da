import {askValue} from '../../console/ask-value.ts';
import {canAsk} from '../../console/can-ask.ts';
import {readStdin} from '../../console/read-stdin.ts';
import type {Project} from '../../descriptor/project.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {scopeWords, type VariableScope} from '../../model/values.ts';
import {keyProblem} from '../../model/variable-keys.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import type {State} from '../../state/state.ts';
import {findVariable} from '../../state/variables.ts';
import {auditOf, changeState, textOf, withValue} from '../../workspace/change-variables.ts';
import {isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {assertTarget, describeScope, type TargetFlags, targetOf} from '../../workspace/variable-target.ts';
import {openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

type SetFlags = TargetFlags & {
	readonly sensitive?: boolean;
	readonly plain?: boolean;
	readonly stdin?: boolean;
	readonly fromResource?: string;
};

type ValueRequest = {
	readonly key: string;
	readonly given: string | undefined;
	readonly isSensitive: boolean;
	readonly stdin: boolean;
	readonly target: VariableScope;
};

/** The value (docs/rules.md, "Entering a value"). */
async function readValue({key, given, isSensitive, stdin, target}: ValueRequest): Promise<string> {
	if (given !== undefined && stdin) throw new UserError('Pass either a value or --stdin, not both.');
	if (given !== undefined && isSensitive)
		throw new UserError('Sensitive variables must use hidden prompt input or --stdin.', {
			hint: hint`printf '%s' "$VALUE" | ${command('variable set', key, ...scopeWords(target), '--sensitive', '--stdin')}`,
		});
	if (given !== undefined) return given;
	if (stdin) return textOf(await readStdin(), `The value of ${key}`).replace(/\r?\n$/, '');
	if (!canAsk())
		throw new UserError(
			isSensitive
				? `Missing value for ${key}. Use --stdin or run from a TTY to enter it securely.`
				: `Missing value for ${key}. Pass a value, use --stdin, or run from a TTY to be prompted.`,
		);
	return askValue(`Value for ${key}: `, {isHidden: isSensitive, cancelled: 'Nothing was set.'});
}

function parseOutput(reference: string): {resource: string; output: string} {
	const dot = reference.indexOf('.');
	if (dot <= 0 || dot === reference.length - 1) throw new UserError('--from-resource must use resource.output.');
	return {resource: reference.slice(0, dot), output: reference.slice(dot + 1)};
}

/** Binds a resource output to a variable of a service, as a reference (docs/rules.md, "One origin"). */
function bind(state: State, project: Project, service: string, key: string, reference: string): State {
	const {resource: name, output} = parseOutput(reference);
	if (!project.services.some(candidate => candidate.name === service))
		throw new UserError(`Service "${service}" is not declared in local compartment.yml under services.${service}.`);
	const resource = project.resources.find(candidate => candidate.name === name);
	if (!resource)
		throw new UserError(`Resource "${name}" is not declared in local compartment.yml under resources.${name}.`);
	if (!Object.hasOwn(resource.outputs, output))
		throw new UserError(
			`Output "${output}" is not declared in local compartment.yml under resources.${name}.outputs.${output}.`,
			{
				hint: `It declares ${Object.keys(resource.outputs).join(', ') || 'none'}`,
			},
		);
	if (findVariable(state, {type: 'service', name: service}, key))
		throw new UserError(`Service variable "${key}" already has a literal value for service "${service}".`, {
			hint: command('variable remove', key, '--service', service),
		});
	const others = state.bindings.filter(binding => binding.service !== service || binding.key !== key);
	if (others.length < state.bindings.length)
		throw new UserError(`Service variable "${key}" already has a resource output binding for service "${service}".`, {
			hint: command('variable remove', key, '--service', service),
		});
	return {...state, bindings: [...others, {service, key, resource: name, output, updatedAt: new Date().toISOString()}]};
}

function assertNotBound(state: State, target: VariableScope, key: string): void {
	if (target.type !== 'service') return;
	if (state.bindings.some(({service, key: own}) => service === target.name && own === key))
		throw new UserError(
			`Service variable "${key}" already has a resource output binding for service "${target.name}".`,
			{
				hint: command('variable remove', key, '--service', target.name),
			},
		);
}

/** `compartment variable set KEY [VALUE]`: sets a variable, with effect from the next apply. */
export async function variableSet(key: string, given: string | undefined, flags: SetFlags): Promise<void> {
	const {print, paint} = createTerminal(flags);
	const target = targetOf(flags);
	const problem = keyProblem(key);
	if (problem) throw new UserError(problem);
	if (flags.sensitive && flags.plain) throw new UserError('Pass either --sensitive or --plain, not both.');
	if (flags.fromResource !== undefined) {
		if (target.type !== 'service') throw new UserError('--from-resource requires --service.');
		if (given !== undefined || flags.stdin || flags.sensitive)
			throw new UserError('--from-resource cannot be combined with a literal value, --stdin, or --sensitive.');
	}
	const workspace = await openWorkspace(flags);
	const isKeptSensitive = (known: State) =>
		findVariable(known, target, key)?.isSensitive === true && flags.plain !== true;
	const readNew = async (): Promise<string> => {
		const {state: known} = await readOrNewState(workspace);
		assertTarget(target, workspace.project, known);
		assertNotBound(known, target, key);
		const isSensitive = flags.sensitive === true || isKeptSensitive(known);
		return readValue({key, given, isSensitive, stdin: flags.stdin === true, target});
	};
	// Before the lock, so that other commands do not wait for typing.
	const value = flags.fromResource === undefined ? await readNew() : '';
	let note = '';
	const state = await changeState(workspace, 'variable.changed', async current => {
		assertTarget(target, workspace.project, current);
		const audit = auditOf(target, key);
		if (flags.fromResource !== undefined && target.type === 'service')
			return {state: bind(current, workspace.project, target.name, key, flags.fromResource), audit};
		assertNotBound(current, target, key);
		const isSensitive = flags.sensitive === true || isKeptSensitive(current);
		if (!isSensitive && findVariable(current, target, key)?.isSensitive) note = ' It was sensitive and is now plain.';
		return {state: await withValue(current, {scope: target, key, value, isSensitive}), audit};
	});
	if (isJson(flags)) {
		const {project, environment} = state;
		process.stdout.write(jsonDocument({project: {name: project}, environment: {name: environment}, key, target}));
		return;
	}
	print(`Set variable ${key} for ${sanitiseLine(describeScope(state, target))}.${note}`);
	if (state.engine !== null) print(paint.dim(hintText(hint`It takes effect with the next ${command('apply')}`)));
}
