import {stringify} from 'yaml';
import {readWrittenDescriptor} from '../../descriptor/load.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import type {EnvValue} from '../../model/values.ts';
import {nearest} from '../../nearest.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {healthDocument} from '../../output/status/status-report.ts';
import {createTerminal} from '../../output/terminal.ts';
import {deploymentHealth, type Scene} from '../../plan/health.ts';
import {containerOf} from '../../plan/input.ts';
import {describeRule} from '../../plan/routes.ts';
import {readVitals} from '../../refresh/read-vitals.ts';
import {heldCandidates} from '../../state/deployments.ts';
import type {Deployment, State} from '../../state/state.ts';
import {type CommonFlags, isJson, servicesOf} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';
import {resourceInspect} from '../resources/list.ts';

type InspectFlags = CommonFlags & {readonly service?: readonly string[]; readonly yaml?: boolean};

/** A value or its source; sensitive values are hidden. */
const describeValue = (value: EnvValue): string => {
	if (value.type === 'plain') return value.value;
	return value.type === 'output' ? `from ${value.resource}.${value.output}` : '<hidden>';
};

function describeDeployment(scene: Scene, deployment: Deployment) {
	const {state, observed} = scene;
	const {id, service, kind, type, status, stage, label, spec, readiness, schedule, address, port, slot, failure} =
		deployment;
	const container = containerOf(observed, id);
	const hosts = Object.entries(state.routes?.hosts ?? {}).flatMap(([host, owner]) => (owner === service ? [host] : []));
	return {
		id,
		service,
		kind,
		type,
		status,
		stage,
		label: label ?? null,
		...healthDocument(deploymentHealth(scene, deployment)),
		container: container ? {name: container.name, id: container.id.slice(0, 12), status: container.status} : null,
		image: {reference: deployment.imageReference, id: deployment.imageId},
		hosts,
		accessMode: state.routes?.access[service] ?? null,
		upstream: address && port ? `${address}:${port}` : null,
		slot: slot ?? null,
		routes: deployment.routes.map(describeRule),
		readiness: readiness ?? null,
		schedule: schedule ?? null,
		restart: spec.restart,
		limits: spec.limits ?? null,
		command: spec.command ?? null,
		env: Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, describeValue(value)])),
		createdAt: deployment.createdAt,
		completedAt: deployment.completedAt ?? null,
		failure: failure ?? null,
	};
}

/** Prints a preset written out, even when the file is invalid because it has a field beside the preset. */
async function printExpanded(resource: string, flags: CommonFlags): Promise<void> {
	const {expandedYaml} = await import('../../descriptor/expanded-yaml.ts');
	const text = expandedYaml(await readWrittenDescriptor(process.cwd()), resource);
	createTerminal(flags).print(sanitiseText(text));
}

/** `compartment inspect [ADDRESS]`: shows all details of active deployments and held candidates. */
export async function inspect(address: string | undefined, flags: InspectFlags): Promise<void> {
	const [, kind, name] = /^(service|resource)\.(.+)$/.exec(address ?? '') ?? [];
	if (flags.yaml) {
		if (kind === 'resource') return printExpanded(name!, flags);
		throw new UserError('--yaml needs the address of a resource.', {hint: command('inspect', 'resource.db', '--yaml')});
	}
	if (kind === 'resource') return resourceInspect({...flags, resource: name!});
	if (address !== undefined && kind === undefined)
		throw new UserError(`${address} is not the address of a service or a resource.`, {
			hint: command('inspect', 'service.web'),
		});
	return inspectServices(name === undefined ? flags : {...flags, service: [name]});
}

function assertService(state: State, name: string): void {
	const known = [
		...new Set([...Object.keys(state.active), ...Object.values(heldCandidates(state)).map(held => held.service)]),
	];
	if (known.includes(name)) return;
	const meant = nearest(name, known);
	throw new UserError(`Service ${name} has not been deployed${meant === undefined ? '' : `, did you mean ${meant}?`}`, {
		hint: `There are: ${known.join(', ') || 'none'}`,
	});
}

async function inspectServices(flags: InspectFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const state = await readExistingState(workspace);
	const observed = await observeOwn(workspace.engine, state);
	const scene = {state, observed, vitals: await readVitals(workspace.engine, {state, observed}, workspace.readProbes)};
	const services = servicesOf(flags);
	const isWanted = ({service}: Deployment) => services === null || services.includes(service);
	for (const name of flags.service ?? []) assertService(state, name);
	const describe = (deployments: readonly Deployment[]) =>
		deployments.filter(isWanted).map(deployment => describeDeployment(scene, deployment));
	const active = Object.values(state.active).flatMap(id => state.deployments[id] ?? []);
	const document = {
		project: state.project,
		environment: state.environment,
		networks: state.networks,
		active: describe(active),
		candidates: describe(Object.values(heldCandidates(state))),
	};
	if (isJson(flags)) process.stdout.write(jsonDocument(document));
	else print(sanitiseText(stringify(document).trimEnd()));
}
