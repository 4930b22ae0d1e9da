import {UserError} from '../../errors.ts';
import {resourceAddress, serviceAddress} from '../../model/address.ts';
import type {Health} from '../../model/health-facts.ts';
import {nearest} from '../../nearest.ts';
import {jsonDocument} from '../../output/json.ts';
import {changeDocuments} from '../../output/plan/plan-json.ts';
import {changeLine} from '../../output/plan/value-text.ts';
import {driftWords} from '../../output/plan/words.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {healthAt} from '../../plan/health.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {plainRequest} from '../../refresh/plan-request.ts';
import {refresh} from '../../refresh/refresh.ts';
import {crashLoopAt} from '../../state/crash-loop.ts';
import type {Deployment, State} from '../../state/state.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {assertEnvironment, openWorkspace, readOrNewState} from '../../workspace/workspace.ts';

/** The causes of a planned action: its own reasons, then those of its dependencies. */
function causes(plan: Plan, action: Action, depth = 0): string[] {
	const indent = '  '.repeat(depth);
	const own = action.reasons.map(reason => `${indent}${action.address}: ${reason}`);
	const before = plan.actions.filter(({address, kind}) => action.dependsOn.includes(address) && kind !== 'none');
	return [...own, ...before.flatMap(dependency => causes(plan, dependency, depth + 1))];
}

const newestAttempt = (state: State, address: string): Deployment | undefined =>
	Object.values(state.deployments)
		.filter(({service}) => address === `service.${service}`)
		.sort((a, b) => (a.id < b.id ? 1 : -1))[0];

function failureLines({id, failure}: Deployment): string[] {
	if (!failure) return [];
	return [
		`The latest attempt ${id} failed: ${failure.message}`,
		...(failure.lastProbe ? [`  last probe: ${failure.lastProbe}`] : []),
		...(failure.exitCode === undefined
			? []
			: [`  exit code: ${failure.exitCode}${failure.isOutOfMemory ? ', out of memory' : ''}`]),
		...failure.lastLines.map(line => `  | ${line}`),
	];
}

/** What a crash loop left, for a service or resource that the agent does not start any more. */
function crashLines(state: State, address: string): string[] {
	const crashLoop = crashLoopAt(state, address);
	if (!crashLoop) return [];
	const {at, cause, exitCode, isOutOfMemory, lastLines} = crashLoop;
	return [
		`The agent does not start it any more since ${at}: it ${cause}`,
		...(exitCode === undefined ? [] : [`  exit code: ${exitCode}${isOutOfMemory ? ', out of memory' : ''}`]),
		...lastLines.map(line => `  | ${line}`),
	];
}

const describeUnchanged = (address: string, {state, cause}: Pick<Health, 'state' | 'cause'>): string =>
	cause === null
		? `${address} is up to date. The next apply does not change it.`
		: `${address} is ${state}: ${cause}. The next apply does not change it.`;

/** The planned action on an object, which is named by its address, or by the name of a service or resource. */
const findAction = ({actions}: Plan, name: string): Action | undefined =>
	[name, serviceAddress(name), resourceAddress(name)].flatMap(
		address => actions.find(action => action.address === address) ?? [],
	)[0];

/** `compartment why ADDRESS`: explains why the next apply would change an object, and why its latest attempt failed. */
export async function why(name: string, flags: CommonFlags): Promise<void> {
	const {print, glyphs} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	if (flags.env !== undefined) await assertEnvironment(workspace);
	const {state} = await readOrNewState(workspace);
	const {plan, scene} = await refresh({...workspace, state}, plainRequest);
	const action = findAction(plan, name);
	if (!action) {
		const known = plan.actions.map(candidate => candidate.address);
		const suggestion = nearest(name, known);
		throw new UserError(
			`${name} is not an object of this environment${suggestion ? `, did you mean ${suggestion}?` : ''}`,
			{
				hint: `Objects: ${known.join(', ')}`,
			},
		);
	}
	const {address} = action;
	const drift = plan.drift
		// Skip drift that is a reason of the action already.
		.filter(item => item.address === address && !action.reasons.includes(item.message))
		.map(item => `${driftWords(item)}: ${item.message}`);
	const health = healthAt(scene, address);
	const planned = action.kind === 'none' ? [describeUnchanged(address, health)] : causes(plan, action);
	const changes = action.changes.map(change => `  ${changeLine(change, glyphs)}`);
	const attempt = newestAttempt(state, address);
	const failure = [...(attempt?.status === 'failed' ? failureLines(attempt) : []), ...crashLines(state, address)];
	if (isJson(flags)) {
		const document = {address, kind: action.kind, causes: planned, changes: changeDocuments(action), drift, failure};
		process.stdout.write(jsonDocument(document));
	} else
		print(
			sanitiseText(
				[...drift, ...planned, ...(changes.length > 0 ? ['Changes:', ...changes] : []), ...failure].join('\n'),
			),
		);
}
