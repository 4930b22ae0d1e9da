import {EngineError, UserError} from '../errors.ts';
import {resourceAddress, serviceAddress} from '../model/address.ts';
import type {ProbeFacts} from '../model/health-facts.ts';
import {isRouted} from '../model/kinds.ts';
import {type Asker, type Checked, readChecks, readPorts} from '../router/router.ts';
import {activeDeployment} from '../state/deployments.ts';
import type {Deployment, ResourceRecord, State} from '../state/state.ts';

/**
 * Reads the probes of an environment, by address, without those that cannot be read. Reading takes an exec in the router,
 * which a `ReadonlyEngine` cannot do, so planning gets this function instead of an engine that writes.
 */
export type ProbeReader = (state: State) => Promise<Readonly<Record<string, ProbeFacts>>>;

const routedServices = (state: State): Deployment[] =>
	Object.keys(state.active).flatMap(service => {
		const deployment = activeDeployment(state, service);
		return deployment && isRouted(deployment.kind) && deployment.status !== 'stopped' ? [deployment] : [];
	});

const openResources = (state: State): (ResourceRecord & Required<Pick<ResourceRecord, 'readiness'>>)[] =>
	Object.values(state.resources).flatMap(record => {
		const {readiness, status} = record;
		return readiness && status === 'running' ? [{...record, readiness}] : [];
	});

function serviceProbe(checks: readonly Checked[], state: State, deployment: Deployment): ProbeFacts[] {
	const {service, slot, address, port, readiness} = deployment;
	const found = checks.find(
		check =>
			check.lineage === state.lineage &&
			check.service === service &&
			check.slot === slot &&
			check.target === `${address}:${port}`,
	);
	if (!found) return [];
	const {failures, answer, failsForMs} = found;
	const path = readiness && (readiness.path.startsWith('/') ? readiness.path : `/${readiness.path}`);
	return [
		{
			type: readiness ? 'readiness' : 'port',
			question: path === undefined ? `port ${port}` : `GET ${path}`,
			failures,
			answer,
			failsForMs: failures === 3 ? failsForMs : null,
		},
	];
}

/** Empty when the engine or the router does not answer, which is reported elsewhere. */
async function orNothing<Answer>(asked: Promise<readonly Answer[]>): Promise<readonly Answer[]> {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof EngineError || error instanceof UserError) return [];
		throw error;
	}
}

/**
 * Reads the router's health checks of services, and probes the ports of resources. Resources are probed only on demand,
 * because their programs log every connection.
 * @param readAllChecks reads the checks of all environments of the router
 */
export function createProbeReader(
	asker: Asker,
	readAllChecks: () => Promise<readonly Checked[]> = () => readChecks(asker),
): ProbeReader {
	return async state => {
		const services = routedServices(state);
		const resources = openResources(state);
		const [checks, ports] = await Promise.all([
			services.length === 0 ? [] : orNothing(readAllChecks()),
			orNothing(
				readPorts(
					asker,
					resources.map(({spec, readiness}) => ({host: spec.hostname, port: readiness.port})),
				),
			),
		]);
		const ofServices = services.flatMap(deployment =>
			serviceProbe(checks, state, deployment).map(probe => [serviceAddress(deployment.service), probe] as const),
		);
		const ofResources = resources.flatMap(({name, readiness}, index) => {
			const port = ports[index];
			if (!port) return [];
			const failures = port.isOpen ? 0 : 3;
			const question = `port ${readiness.port}`;
			const probe: ProbeFacts = {type: 'readiness', question, failures, answer: port.answer, failsForMs: null};
			return [[resourceAddress(name), probe] as const];
		});
		return Object.fromEntries([...ofServices, ...ofResources]);
	};
}
