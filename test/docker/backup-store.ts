import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {resourceContainerName} from '../../source/model/names.ts';
import type {Backup} from '../../source/state/backup.ts';
import type {Sandbox} from './cli.ts';

export const backupsFolder = ({folder}: Sandbox): string => join(folder, '.compartment/production/backups');

/** The ids of the backups whose files are there. */
export const kept = (sandbox: Sandbox): readonly string[] =>
	existsSync(backupsFolder(sandbox)) ? readdirSync(backupsFolder(sandbox)) : [];

/**
 * A resource that stores one value, and whose commands behave as its `mode` says, so that a backup or restore fails without
 * a change in compartment.yml.
 */
const program = `
const {readFileSync, writeFileSync, existsSync} = require('node:fs');
let mode = '';
const read = () => (existsSync('/data/value') ? readFileSync('/data/value', 'utf8') : 'empty');
const server = require('node:http').createServer(async (request, response) => {
	let body = '';
	for await (const chunk of request) body += chunk;
	if (request.method === 'PUT' && request.url === '/mode') mode = body;
	if (request.method === 'PUT' && request.url === '/value') writeFileSync('/data/value', body);
	if (request.url === '/deaf') server.close();
	response.end(request.url === '/mode' ? mode : read());
});
server.listen(7000, () => console.log('keeps ' + read()));
process.once('SIGTERM', () => process.exit());
setInterval(() => {}, 1e9);
`;

const prelude = `
const {readFileSync, writeFileSync} = require('node:fs');
const base = 'http://' + process.env.COMPARTMENT_RESOURCE_HOST + ':7000';
const get = async path => (await fetch(base + path)).text();
const put = async (path, body) => (await fetch(base + path, {method: 'PUT', body})).text();
const folder = process.env.COMPARTMENT_BACKUP_DIR;
const fail = error => {
	console.error(error.message);
	process.exit(1);
};
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
`;

const backup = `${prelude}
(async () => {
	const mode = await get('/mode');
	console.log('mode ' + mode);
	if (mode === 'nothing') return;
	if (mode === 'fails') {
		console.error('the token is ' + process.env.TOKEN);
		writeFileSync(folder + '/value', 'a part');
		process.exit(3);
	}
	if (mode === 'slow') {
		for (let part = 0; part < 1200; part++) {
			writeFileSync(folder + '/value', 'part', {flag: 'a'});
			await sleep(50);
		}
	}
	if (mode === 'huge') writeFileSync(folder + '/huge', Buffer.alloc(8 * 1024 * 1024, 1));
	writeFileSync(folder + '/value', await get('/value'));
})().catch(fail);
`;

const restore = `${prelude}
(async () => {
	const mode = await get('/mode');
	writeFileSync('/tmp/scratch', 'may be used');
	await put('/value', 'half');
	if (mode === 'restore fails') {
		console.error('row 7 is broken');
		process.exit(4);
	}
	if (mode === 'restore hangs') await sleep(60000);
	await put('/value', readFileSync(folder + '/value', 'utf8'));
	if (mode === 'restore writes') writeFileSync(folder + '/value', 'changed');
	if (mode === 'restore deafens') await put('/deaf', '');
})().catch(fail);
`;

const shell = (script: string): string => `node -e "$(cat <<'END'\n${script}\nEND\n)"`;

/** The resource's part of compartment.yml. */
export const keeper = (
	changes: Readonly<Record<string, unknown>> = {},
	schedule?: Readonly<Record<string, unknown>>,
) => ({
	image: 'node:24-slim',
	command: ['node', '-e', program],
	env: {GREETING: 'hello'},
	generatedVariables: {TOKEN: {generator: 'token'}},
	ports: [7000],
	readiness: {type: 'tcp', port: 7000, timeoutMs: 8000},
	volumes: {data: '/data'},
	outputs: {address: {sensitive: false, value: '${resource.host}:7000'}},
	operations: {backup: {command: shell(backup), ...(schedule ? {schedule} : {})}, restore: {command: shell(restore)}},
	...changes,
});

/** How the commands fail. */
type BackupMode = 'nothing' | 'fails' | 'slow' | 'huge';
type RestoreMode = 'restore fails' | 'restore hangs' | 'restore writes' | 'restore deafens';

/** Helpers for a test. */
export function createKeeper(sandbox: Sandbox, resource = 'store') {
	const send = async (method: string, path: string, body: string): Promise<string> => {
		const script = `fetch('http://localhost:7000${path}', {method: '${method}'${method === 'PUT' ? ', body: process.argv[1]' : ''}}).then(async r => process.stdout.write(await r.text()))`;
		const container = resourceContainerName(sandbox.project, 'production', resource);
		const {stdout, stderr, exitCode} = await sandbox.engine.exec(container, ['node', '-e', script, body]);
		if (exitCode !== 0) throw new Error(stderr);
		return stdout;
	};
	return {
		value: () => send('GET', '/value', ''),
		setValue: (value: string) => send('PUT', '/value', value),
		setMode: (mode: '' | BackupMode | RestoreMode) => send('PUT', '/mode', mode),
		backups: (): Backup[] => sandbox.state().backups.filter(({resource: own}) => own === resource),
		newest: (): Backup =>
			sandbox
				.state()
				.backups.filter(({resource: own}) => own === resource)
				.at(-1)!,
		record: () => sandbox.state().resources[resource]!,
		create: ['resource', 'backup', 'create', '--resource', resource],
		list: ['resource', 'backup', 'list', '--resource', resource],
		restore: (id: string) => ['resource', 'backup', 'restore', '--resource', resource, '--backup', id, '--yes'],
		/** Names of the objects that a backup, a restore or a verification left on the engine. */
		leftovers: async () => {
			const {containers, volumes} = await sandbox.observe();
			return [...containers, ...volumes].map(({name}) => name).filter(name => name.includes('rbak_'));
		},
	};
}

/** A service that is connected to the resource and does nothing. */
export const idleService = {
	image: 'node:24-slim',
	kind: 'worker',
	run: {command: 'sleep 1d'},
	connections: {store: {env: {STORE: 'address'}}},
};
