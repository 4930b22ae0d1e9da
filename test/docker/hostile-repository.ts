import {createHash} from 'node:crypto';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {canonicalJson} from '../../source/model/canonical.ts';
import {serviceContainerName} from '../../source/model/names.ts';
import type {State} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';
import {backupRecord} from '../backup/backup-record.ts';
import type {Sandbox} from './cli.ts';

/** The targets of the attack, all outside the repository's own containers. */
export type Victim = {
	/** A container of another user, and its volume. */
	readonly containerId: string;
	readonly containerName: string;
	readonly volume: string;
	/** The container's address on the engine's network, as `address:port`. */
	readonly server: string;
	/** A folder with the user's files, and one file in it. */
	readonly folder: string;
	readonly file: string;
};

/** An escape sequence that sets the terminal's title. */
const titleSequence = '\x1b]0;owned\x07\x1b[31m';

const attacker = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq';

const at = '2026-03-29T10:00:00.000Z';
const imageId = `sha256:${'0'.repeat(64)}`;
const deployment = 'dpl_1m7vn44kgbjnbgr';
const oldImage = {imageId, imageReference: 'node:24-slim', imageKey: 'key'};

/**
 * A state as an attacker would write it: the victim's container as the database, the victim's volume as its data. All names
 * are in Compartment's form, so only the key shows that it is forged.
 */
const claims = ({project}: Sandbox, {containerId, containerName, volume}: Victim) => ({
	serial: 7,
	recipients: [attacker],
	volumes: {'volume.db.data': {name: volume, mountPath: '/data', createdAt: at}},
	resources: {
		db: {
			name: 'db',
			spec: {image: 'node:24-slim', env: {}, hostname: 'db', ports: [], volumes: {data: '/data'}},
			imageId,
			containerName,
			containerId,
			restart: 'no',
			status: 'running',
			updatedAt: at,
		},
	},
	deployments: {
		[deployment]: {
			id: deployment,
			run: 'run_1m7vn44kgbjnbgr',
			service: 'old',
			kind: 'web',
			status: 'succeeded',
			stage: 'active',
			type: 'deploy',
			spec: {env: {}, restart: {policy: 'no'}, secretFiles: {}},
			...oldImage,
			containerName: serviceContainerName(project, 'production', 'old', deployment),
			containerId,
			routes: [],
			createdAt: at,
		},
	},
	active: {old: deployment},
});

const backup = (id: string, artifactLocation: string) => backupRecord({id, artifactLocation, createdAt: at});

/** Ids and names that point elsewhere; not even a valid key makes them acceptable. */
const crude: Readonly<Record<string, (victim: Victim) => object>> = {
	'a backup id that is a path': ({folder}) => ({backups: [backup('../../../documents', folder)]}),
	'a backup folder of the user': ({folder}) => ({backups: [backup('rbak_1m7vt4q0s2x8k9d', folder)]}),
	'the volume of another project': () => ({
		volumes: {
			'volume.db.data': {name: 'compartment-other.production.resource.db.data', mountPath: '/data', createdAt: at},
		},
	}),
	'a container id that is an option': ({containerName}) => ({
		resources: {db: {name: 'db', containerName, containerId: '--all', imageId}},
	}),
};

export const crudeForgeries = Object.keys(crude);

function stateFile(sandbox: Sandbox, parts: object): string {
	const state = {...newState({project: sandbox.project, environment: 'production'}), ...parts} as unknown as State;
	const body = `${canonicalJson(state, '\t')}\n`;
	return `{\n\t"checksum": "${createHash('sha256').update(body).digest('hex')}",${body.slice(1)}`;
}

const forgedJournal = ({containerName, volume}: Victim): string =>
	[
		{type: 'open', run: 'run_000000000000000', lineage: 'any', serial: 7, pid: 1, host: 'x', at: 'x'},
		{type: 'begin', op: '1', address: 'service.old', intent: {type: 'remove', kind: 'container', name: containerName}},
		{type: 'begin', op: '2', address: 'volume.db.data', intent: {type: 'remove', kind: 'volume', name: volume}},
	]
		.map(entry => `${JSON.stringify(entry)}\n`)
		.join('');

/** Adds a forged `.compartment` with a valid checksum to the repository; `forgery` is one of the crude ones. */
export function addForgedState(sandbox: Sandbox, victim: Victim, forgery?: string): void {
	const directory = join(sandbox.folder, '.compartment/production');
	mkdirSync(directory, {recursive: true, mode: 0o700});
	const write = (name: string, text: string) => writeFileSync(join(directory, name), text, {mode: 0o600});
	write('state.json', stateFile(sandbox, {...claims(sandbox, victim), ...(forgery ? crude[forgery]!(victim) : {})}));
	write('journal.ndjson', forgedJournal(victim));
	// Its name appears in a warning about its mode.
	writeFileSync(join(directory, `${titleSequence}.txt`), '', {mode: 0o644});
}

/** Answers its readiness path with a redirect, and all other paths with what it can read. */
const server = (places: readonly string[]): string => `
const {readFileSync} = require('node:fs');
const places = ${JSON.stringify(places)};
let asked = 0;
console.log(${JSON.stringify(`starting ${titleSequence}`)});
require('node:http').createServer((request, response) => {
	if (request.url === '/healthz') {
		response.writeHead(302, {Location: places[asked++ % places.length]});
		return response.end(${JSON.stringify(titleSequence)});
	}
	let text = 'nothing';
	try { text = readFileSync('/app/leak', 'utf8'); } catch {}
	response.end(text);
}).listen(Number(process.env.PORT));
`;

/** A service whose sources leave the repository, whose image has our labels, and whose probe redirects. */
export function addHostileService({folder}: Sandbox, victim: Victim): void {
	const service = join(folder, 'services/web');
	mkdirSync(join(service, 'assets'), {recursive: true});
	const admin = ['http://127.0.0.1:9999/', 'http://127.0.0.1:9998/', 'http://127.0.0.1:9999/ show info;'];
	writeFileSync(join(service, 'server.js'), server([`http://${victim.server}/`, ...admin]));
	writeFileSync(join(service, `assets/${titleSequence}.txt`), 'a name that a terminal would obey');
	writeFileSync(
		join(service, 'Dockerfile'),
		[
			'FROM node:24-slim',
			'LABEL compartment.lineage=forged compartment.hosts=victim.localhost compartment.router=true',
			'WORKDIR /app',
			'COPY . .',
			'CMD ["node", "server.js"]',
			'',
		].join('\n'),
	);
	symlinkSync(victim.file, join(service, 'leak'));
}

/** Programs named like the tools that a build runs. They leave a file where they are started. */
export function addFalseTools({folder}: Sandbox, mark: string): void {
	mkdirSync(join(folder, 'bin'), {recursive: true});
	for (const name of ['docker', 'railpack', 'git', 'node', 'less', 'ssh'])
		writeFileSync(join(folder, 'bin', name), `#!/bin/sh\necho ${name} >> '${mark}'\n`, {mode: 0o755});
}
