import type {Engine} from '../engine/engine.ts';
import {certificateAddress, serviceAddress} from '../model/address.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Settings} from '../settings/settings.ts';
import {readRouterCertificates} from './certificates.ts';
import {declaredJobs} from './jobs.ts';
import {rebuildRecords} from './rebuild-records.ts';
import type {Rebuilt} from './rebuilt.ts';
import type {Remains} from './remains.ts';

type RebuildWorld = {
	readonly engine: Engine;
	readonly router: RouterOptions;
	readonly settings: Settings;
	/** The state folder of the environment. */
	readonly directory: string;
};

/** Makes a state of what the engine has. Changes nothing. */
export async function rebuildState(world: RebuildWorld, remains: Remains): Promise<Rebuilt> {
	const records = rebuildRecords(remains);
	const {engine, settings, directory} = world;
	const {project} = remains;
	const [jobs, certificates] = await Promise.all([
		declaredJobs({engine, project, directory, baseDomain: settings.baseDomain}, records.state, records.variables),
		readRouterCertificates(world, records.state),
	]);
	const {state} = records;
	const byService = <Value>(value: (job: (typeof jobs)[number]) => Value) =>
		Object.fromEntries(jobs.map(job => [job.deployment.service, value(job)]));
	return {
		...records,
		state: {
			...state,
			deployments: {
				...state.deployments,
				...Object.fromEntries(jobs.map(({deployment}) => [deployment.id, deployment])),
			},
			active: {...state.active, ...byService(({deployment}) => deployment.id)},
			images: {...state.images, ...byService(({image}) => image)},
		},
		certificates: certificates.found,
		lostCertificates: certificates.lost,
		objects: [
			...records.objects,
			...jobs.map(({deployment}) => ({
				address: serviceAddress(deployment.service),
				from: 'compartment.yml',
				read: [],
			})),
			...certificates.found.map(({host}) => ({address: certificateAddress(host), from: 'the router', read: ['key']})),
		],
	};
}
