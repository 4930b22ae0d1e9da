import {present} from '../descriptor/present.ts';
import type {Project} from '../descriptor/project.ts';
import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {nameIn} from '../model/address.ts';
import {describeDesired} from '../model/desired.ts';
import {isId, newId} from '../model/ids.ts';
import {isRunning} from '../model/kinds.ts';
import {imageLabels, labels} from '../model/labels.ts';
import {idInName, serviceContainerName} from '../model/names.ts';
import {choosePort} from '../model/service-port.ts';
import type {DesiredService} from '../model/specs.ts';
import {findServiceImage} from '../refresh/find-images.ts';
import type {Deployment, ImageRecord, JobRun, State} from '../state/state.ts';
import type {ClearVariable} from './read-values.ts';
import type {Remains} from './remains.ts';

const isOfRun = (address = ''): boolean => address.startsWith('job.');

/** Runs of jobs that have a container. An agent settles those that it started, as after a restart. */
export const jobRuns = ({observed}: Remains): readonly JobRun[] =>
	observed.containers
		.filter(({labels: own}) => isOfRun(own[labels.address]))
		.map(({id, name, labels: own, createdAt}): JobRun => {
			const scheduledFor = own[labels.scheduled];
			const startedAt = new Date(createdAt).toISOString();
			const run = {
				id: idInName(name),
				service: nameIn(own[labels.address]!),
				deployment: own[labels.deployment] ?? '',
				arguments: [],
				startedAt,
			};
			return scheduledFor === undefined
				? {...run, trigger: 'manual', status: 'failed', reason: 'its record was lost', completedAt: startedAt}
				: {...run, trigger: 'scheduled', status: 'running', scheduledFor, containerId: id};
		})
		.sort((a, b) => (a.id < b.id ? -1 : 1));

type JobWorld = {
	readonly engine: Engine;
	readonly project: Project;
	/** The state folder, with what was hashed before. */
	readonly directory: string;
	readonly baseDomain: string;
};

/** The image of a job, if the engine has the one that compartment.yml asks for now. */
async function findImage(
	{engine, project, directory}: JobWorld,
	state: State,
	service: DesiredService,
): Promise<ImageRecord | undefined> {
	const question = {project, state, engine, directory, rebuild: false};
	const found = await findServiceImage(question, service).catch((error: unknown) => {
		// The plan says what is wrong with the source.
		if (!(error instanceof UserError)) throw error;
	});
	if (!found) return undefined;
	const {reference, key, builder} = found.finding.planned;
	const image = await engine.findImage(reference);
	const isOwn = service.image.type === 'prebuilt' || image?.labels[imageLabels.lineage] === state.lineage;
	if (!image || !isOwn) return undefined;
	const builtAt = new Date(image.createdAt).toISOString();
	return {key, reference, builder, imageId: image.id, builtAt, origin: {builtAt}};
}

/** A job with the record that it gets from compartment.yml, because nothing on the engine has one. */
export type DeclaredJob = {readonly deployment: Deployment; readonly image: ImageRecord};

/**
 * Jobs and cron services have no container between their runs, and so no label. Those of compartment.yml whose image the engine
 * has are recorded as they are declared; the others are new for the next plan.
 */
export async function declaredJobs(
	world: JobWorld,
	state: State,
	variables: readonly ClearVariable[],
): Promise<readonly DeclaredJob[]> {
	const {project, baseDomain} = world;
	const {environment, bindings, active, jobs, volumes} = state;
	const {services, ...names} = describeDesired({project, environment, variables, bindings, baseDomain, volumes});
	const idle = services.filter(({name, kind}) => !isRunning(kind) && active[name] === undefined);
	const found = await Promise.all(
		idle.map(async (service): Promise<DeclaredJob | undefined> => {
			const {name, kind, spec, readiness, schedule} = service;
			const image = await findImage(world, state, service);
			if (!image) return undefined;
			const exposed = (await world.engine.findImage(image.imageId))?.exposedPorts;
			const isPrebuilt = service.image.type === 'prebuilt';
			const known = jobs.flatMap(run => (run.service === name && isId('dpl', run.deployment) ? [run.deployment] : []));
			const id = known.at(-1) ?? newId('dpl');
			const at = new Date().toISOString();
			const deployment = present({
				id,
				run: newId('run'),
				service: name,
				kind,
				status: 'succeeded',
				stage: 'active',
				type: 'deploy',
				spec,
				readiness,
				schedule,
				imageId: image.imageId,
				imageReference: image.reference,
				imageKey: image.key,
				imageOrigin: image.origin,
				containerName: serviceContainerName(names.project, environment, name, id),
				port: choosePort({kind, declared: spec.port, isPrebuilt}, exposed).number,
				routes: [],
				createdAt: at,
				completedAt: at,
			}) as Deployment;
			return {deployment, image};
		}),
	);
	return found.filter(each => each !== undefined);
}
