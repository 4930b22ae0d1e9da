import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {runJob} from '../../source/apply/run-job.ts';
import {createBackup} from '../../source/backup/create.ts';
import {restoreInPlace} from '../../source/backup/restore.ts';
import {verifyBackup} from '../../source/backup/verify.ts';
import {describeDesired} from '../../source/model/desired.ts';
import type {PlanRequest} from '../../source/refresh/plan-request.ts';
import {read} from '../descriptor/support.ts';
import {images, type MemoryWorld, registered} from './memory-world.ts';

const base = ({directory}: MemoryWorld): string => dirname(dirname(directory));

const release = 'release: {command: migrate}';

/** A project with everything that an apply makes. Another version differs in all of it. */
const describeVersion = (version: number, hasRelease = false): string => `name: shop
services:
  web:
    path: web
    accessMode: public
    readiness: {type: http, path: /}
    connections: {db: {env: {DB: url}}}
    ${hasRelease ? release : ''}
  api: {kind: api, image: "${Object.keys(registered)[0]}", port: 8080, env: {LEVEL: v${version}}}
  mail: {kind: worker, image: "${images.good}", env: {LEVEL: v${version}}}
  tidy: {kind: job, image: "${images.finished}", run: {command: tidy up}}
resources:
  db:
    image: "${images.postgres}"
    env: {POSTGRES_USER: app, LEVEL: v${version}}
    ports: [5432]
    readiness: {type: tcp, port: 5432}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    volumes: {data: /data}
    outputs: {url: {sensitive: true, value: "db://\${env.POSTGRES_USER}:\${env.POSTGRES_PASSWORD}@\${resource.host}"}}
    operations: {backup: {command: dump}, restore: {command: restore}}
`;

/** Writes the sources of a version. Returns its descriptor. */
export function writeVersion(world: MemoryWorld, version: number, {hasRelease}: Scenario): string {
	const folder = join(base(world), 'web');
	mkdirSync(folder, {recursive: true});
	writeFileSync(join(folder, 'Dockerfile'), `FROM ${images.good}\nCOPY . .\n`);
	writeFileSync(join(folder, 'main.js'), `version ${version}`);
	return describeVersion(version, hasRelease);
}

/** What a command works on. */
export type Attempt = {readonly world: MemoryWorld; readonly descriptor: string};

/** Fails unless it succeeds. */
type Command = (attempt: Attempt) => Promise<void>;

export type Scenario = {
	/** Each attempt begins on another engine, with nothing deployed. */
	readonly isFirst?: true;
	/** Each attempt begins with another version of the files. */
	readonly isEdited?: true;
	/** Brings about what the command starts from, if that is not what the last attempt left. */
	readonly prepare?: Command;
	readonly run: Command;
	/** What its hint says to do after it was interrupted; by default the same again. */
	readonly again?: Command;
	/** After which the next plan is empty, if it is not after the command. */
	readonly settle?: Command;
	/** Set where services do not serve all the time. */
	readonly isInterrupting?: true;
	readonly hasRelease?: true;
	/** Fails unless the command has left what it should. */
	readonly check?: Command;
};

const apply =
	(request: Partial<PlanRequest> = {}): Command =>
	async ({world, descriptor}) => {
		const {plan, result, events} = await world.apply(descriptor, request);
		// What it is asked for may have been done already.
		if (result?.outcome === 'done' || (result && plan.actions.every(({kind}) => kind === 'none'))) return;
		const why = [
			...events.filter(({type}) => type === 'step-failed' || type === 'notice'),
			...plan.actions.filter(({kind}) => kind === 'blocked'),
		];
		throw new Error(`${plan.mode} ${result?.outcome ?? 'blocked'}: ${JSON.stringify(why)}`);
	};

const backUp: Command = ({world, descriptor}) =>
	world.work(descriptor, async work => void (await createBackup(work, 'db', 'manual')));

const newestBackup = async ({world}: Attempt): Promise<string> =>
	(await world.state())!.backups.findLast(({status, purpose}) => status === 'succeeded' && purpose === 'manual')!.id;

/** Runs the job to its end. */
const runTidy: Command = async ({world, descriptor}) => {
	const {variables, bindings, volumes} = (await world.state())!;
	const project = read(descriptor, undefined, {directory: base(world)});
	const {status} = await runJob({
		engine: world.reached,
		router: {name: 'compartment-router', listen: '127.0.0.1', port: 9080, tlsPort: 9443},
		directory: world.directory,
		desired: describeDesired({
			project,
			environment: 'production',
			variables,
			bindings,
			baseDomain: 'localhost',
			volumes,
		}),
		service: 'tidy',
		arguments: [],
		signal: new AbortController().signal,
		say: () => undefined,
		onLine: () => undefined,
	});
	if (status !== 'succeeded') throw new Error(`the run has ${status}`);
};

/** A previous deployment of the service stands in for another environment's. */
const promoteFrom: Command = async attempt => {
	const {deployments, active} = (await attempt.world.state())!;
	const previous = Object.values(deployments).findLast(
		({id, service, status}) => service === 'web' && status === 'succeeded' && id !== active['web'],
	)!;
	await apply({promotion: {from: 'staging', deployments: {web: previous}}, services: ['web']})(attempt);
};

const hold = apply({isHold: true});

const fail = (message: string): never => {
	throw new Error(message);
};

/** Every command that changes an environment. */
export const scenarios: Readonly<Record<string, Scenario>> = {
	'a first apply': {isFirst: true, isInterrupting: true, run: apply()},
	'an apply': {isEdited: true, run: apply()},
	'an apply with a release command': {
		isEdited: true,
		hasRelease: true,
		run: apply(),
		// It may have run, so only the user knows.
		again: attempt => apply()(attempt).catch(() => apply({release: 'again'})(attempt)),
	},
	'an apply that replaces the networks': {run: apply({replace: ['network']})},
	'apply --hold': {isEdited: true, run: hold, settle: apply({mode: 'promote'})},
	promote: {isEdited: true, prepare: hold, run: apply({mode: 'promote'})},
	'promote --discard': {isEdited: true, prepare: hold, run: apply({mode: 'discard'}), settle: apply()},
	'promote --from': {isEdited: true, prepare: apply(), run: promoteFrom, settle: apply()},
	rollback: {isEdited: true, prepare: apply(), run: apply({mode: 'rollback'}), settle: apply()},
	restart: {isInterrupting: true, run: apply({mode: 'restart'})},
	'restart of a service': {run: apply({mode: 'restart', services: ['web', 'mail']})},
	stop: {isInterrupting: true, run: apply({mode: 'stop'}), settle: apply({mode: 'start'})},
	start: {isInterrupting: true, prepare: apply({mode: 'stop'}), run: apply({mode: 'start'})},
	'resource rotate': {run: apply({mode: 'rotate', rotated: 'db'})},
	'destroy --delete-data': {
		isInterrupting: true,
		run: apply({mode: 'destroy', deleteData: true}),
		settle: apply(),
		check: async ({world}) => {
			const {containers, networks, volumes} = await world.engine.observe({'compartment.project': 'shop'});
			const left = [...containers, ...networks, ...volumes].map(({name}) => name);
			if (left.length > 0) fail(`left: ${left.join(', ')}`);
		},
	},
	'the healing of a service': {
		run: apply({mode: 'heal', healing: {'service.web': {remedy: 'replace', reason: 'hung'}}}),
	},
	'job run': {
		run: runTidy,
		// Removes the container that the run could not.
		settle: apply(),
		check: async ({world}) => {
			const {jobs} = (await world.state())!;
			if (jobs.at(-1)?.status !== 'succeeded') fail('the newest run has not succeeded');
		},
	},
	'resource backup create': {
		run: backUp,
		// Removes the volume that the backup could not.
		settle: backUp,
		check: async ({world}) => {
			const newest = (await world.state())!.backups.at(-1);
			if (newest?.status !== 'succeeded') fail(`the newest backup has ${newest?.status}`);
		},
	},
	'resource backup restore': {
		isInterrupting: true,
		prepare: backUp,
		settle: backUp,
		run: attempt =>
			attempt.world.work(
				attempt.descriptor,
				async work => void (await restoreInPlace(work, 'db', await newestBackup(attempt))),
			),
	},
	'resource backup verify': {
		prepare: backUp,
		// Removes the volume that the verification could not.
		settle: backUp,
		run: attempt =>
			attempt.world.work(attempt.descriptor, async work => {
				const {verification} = await verifyBackup(work, await newestBackup(attempt));
				if (verification.status !== 'succeeded') fail(`verification: ${verification.failureSummary}`);
			}),
		check: async attempt => {
			const {backups} = (await attempt.world.state())!;
			const {verification} = backups.find(({id}) => id === backups.at(-1)!.id)!;
			if (verification?.status !== 'succeeded') fail(`the verification has ${verification?.status}`);
		},
	},
};
