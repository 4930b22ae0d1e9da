import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parse, stringify} from 'yaml';
import {createBackup} from '../../source/backup/create.ts';
import {openManifest} from '../../source/backup/store/sealed-manifest.ts';
import {listBases} from '../../source/build/dockerfile-bases.ts';
import {listExposedPorts} from '../../source/build/dockerfile-ports.ts';
import {writeRecipe} from '../../source/build/recipes/write-recipe.ts';
import {loadProject} from '../../source/descriptor/load.ts';
import {canonicalJson, checksumOf, sha256} from '../../source/model/canonical.ts';
import {recordedParts} from '../../source/plan/recorded-parts.ts';
import {parsePlan, serializePlan, verifyPlan} from '../../source/plan/saved-plan.ts';
import {plainRequest} from '../../source/refresh/plan-request.ts';
import {readSettings} from '../../source/settings/settings.ts';
import {encryptText} from '../../source/state/age.ts';
import {ensureIdentity} from '../../source/state/identity.ts';
import {readJournal} from '../../source/state/journal.ts';
import type {JournalEntry} from '../../source/state/journal-entry.ts';
import {formatLine} from '../../source/state/journal-line.ts';
import {readState} from '../../source/state/store.ts';
import {ensureKey, signatureOf} from '../../source/state/trust-key.ts';
import {createKeymap} from '../../source/ui/keys/keymap.ts';
import {createMemoryWorld} from '../apply/memory-world.ts';
import {firstProject, writeProject} from '../apply/model/project.ts';
import {makeSource} from '../build/recipe.ts';
import {importText} from '../import/support.ts';

/** A kind of file that Compartment reads. */
export type Subject = {
	readonly name: string;
	/** Good files: mutations start from them. */
	readonly seeds: readonly string[];
	/** The value that a good file says, for mutations of its structure; undefined where a file is text alone. */
	readonly read?: (text: string) => unknown;
	/** The file that says a value: signed, where only signed files are looked into. */
	readonly write?: (value: unknown) => string | Promise<string>;
	/** Reads a file as the product does. */
	readonly take: (content: Uint8Array) => unknown;
	/** What a refusal says about the place. */
	readonly place: RegExp;
};

const root = join(import.meta.dirname, '../..');
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

/** Texts of the project's own files. */
const filesNamed = (folders: readonly string[], isWanted: (name: string) => boolean): string[] =>
	folders.flatMap(folder =>
		readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
			.filter(entry => entry.isFile() && isWanted(entry.name))
			.map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
	);

function descriptors(folder: string): Subject[] {
	mkdirSync(folder, {recursive: true});
	const [descriptor, routes] = ['compartment.yml', 'compartment.routes.yml'].map(name => join(folder, name));
	const good = readFileSync(join(root, 'examples/multi-service/compartment.yml'), 'utf8');
	const load = (file: string, prepare: () => void) => (content: Uint8Array) => {
		prepare();
		writeFileSync(file, content);
		return loadProject(folder);
	};
	const yaml = {read: (each: string) => parse(each) as unknown, write: (value: unknown) => stringify(value)};
	return [
		{
			...yaml,
			name: 'compartment.yml',
			seeds: [...filesNamed(['examples'], name => name === 'compartment.yml'), writeProject(firstProject)],
			take: load(descriptor!, () => rmSync(routes!, {force: true})),
			place: /compartment\.yml/,
		},
		{
			...yaml,
			name: 'compartment.routes.yml',
			seeds: filesNamed(['examples'], name => name === 'compartment.routes.yml'),
			take: load(routes!, () => writeFileSync(descriptor!, good)),
			place: /compartment\.(?:routes\.)?yml/,
		},
	];
}

const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** What an environment leaves on disk, made by an apply on the engine in memory. */
async function environmentFiles(): Promise<{subjects: Subject[]; close: () => void}> {
	const world = await createMemoryWorld();
	const descriptor = writeProject(firstProject);
	await world.apply(descriptor);
	await world.work(descriptor, async work => void (await createBackup(work, 'db', 'manual')));
	const state = (await world.state())!;
	const {directory} = world;
	const key = ensureKey(state, directory);
	const [statePath, journalPath] = [join(directory, 'state.json'), join(directory, 'journal.ndjson')];
	const goodState = readFileSync(statePath, 'utf8');
	const {plan} = await world.plan(descriptor.replace('LEVEL: info', 'LEVEL: debug'));
	const entries: JournalEntry[] = [
		{
			type: 'open',
			run: 'run_1',
			lineage: state.lineage,
			serial: state.serial,
			pid: 1,
			host: 'host',
			at: state.updatedAt,
		},
		{
			type: 'begin',
			op: `op_${'0'.repeat(20)}`,
			address: 'network',
			intent: {type: 'create-network', name: 'n'},
			at: state.updatedAt,
		},
		{type: 'done', op: `op_${'0'.repeat(20)}`, at: state.updatedAt},
	];
	const journalOf = (given: readonly unknown[]): string => {
		let previous = '';
		return given
			.map(entry => {
				const {line, signature} = formatLine(entry as JournalEntry, key, previous);
				previous = signature;
				return line;
			})
			.join('');
	};
	const signedState = (value: unknown): string => {
		const body = `${canonicalJson(value, '\t')}\n`;
		const signature = signatureOf(key, 'state', body);
		return `{\n\t"checksum": "${sha256(signature + body)}",\n\t"signature": "${signature}",${body.slice(1)}`;
	};
	const identity = await ensureIdentity();
	const manifest = state.backups[0]!.manifest!;
	const checksum = `sha256:${'0'.repeat(64)}`;
	const stored = {
		version: 1,
		lineage: state.lineage,
		purpose: 'manual',
		archive: {checksum, size: 1},
		manifest,
	} as const;
	const subjects: Subject[] = [
		{
			name: 'state.json',
			seeds: [goodState],
			read: () => state,
			write: signedState,
			take(content) {
				writeFileSync(statePath, content);
				return readState(directory);
			},
			place: /state\.json|lineage|environment/,
		},
		{
			name: 'journal.ndjson',
			seeds: [journalOf(entries)],
			read: () => entries,
			write: value => journalOf(Array.isArray(value) ? value : [value]),
			take(content) {
				writeFileSync(statePath, goodState);
				writeFileSync(journalPath, content);
				return readJournal(directory, state);
			},
			place: /journal\.ndjson/,
		},
		{
			name: 'saved plan',
			seeds: [serializePlan({plan, request: plainRequest, recorded: recordedParts(state)}, key)],
			read: each => JSON.parse(each) as unknown,
			write(value) {
				const {checksum: _checksum, signature: _signature, ...file} = value as Record<string, unknown>;
				const signature = signatureOf(key, 'plan', canonicalJson(file));
				return json({checksum: checksumOf({...file, signature}), signature, ...file});
			},
			take: content => verifyPlan(parsePlan(text(content), 'plan.json')),
			place: /plan\.json/,
		},
		{
			name: 'manifest of a backup',
			seeds: [JSON.stringify(stored)],
			read: each => JSON.parse(each) as unknown,
			write: json,
			async take(content) {
				const body = text(content);
				const signed = JSON.stringify({signature: signatureOf(key, 'backup', body), body});
				const sealed = await encryptText(signed, [identity.recipient]);
				return openManifest(sealed, {id: manifest.backupId, lineage: state.lineage}, identity);
			},
			place: /./,
		},
	];
	return {subjects, close: world.close};
}

const settings = {
	baseDomain: 'example.com',
	routerPort: 9081,
	networkPool: '10.213.0.0/16',
	acme: {email: 'ops@example.com', directory: 'https://acme.example.com/directory'},
	notify: [{url: 'https://hooks.example.com/x', format: 'slack'}],
	backupStores: {far: {url: 's3://bucket/prefix', region: 'eu-central-1'}},
	machines: {web1: {engine: 'ssh://root@web1'}},
	keys: {follow: ['F', 'ctrl-f']},
	commands: {psql: 'compartment exec db -- psql'},
	theme: {accent: 'bright-blue'},
};

const dockerfile = `# syntax=docker/dockerfile:1
ARG VERSION=24
FROM --platform=$BUILDPLATFORM node:\${VERSION}-slim AS build
WORKDIR /app
COPY --chown=node:node package.json ./
RUN <<STEP
npm ci
STEP
FROM build
COPY --from=build /app /app
EXPOSE 3000/tcp 9229
HEALTHCHECK --interval=5s CMD ["true"]
CMD ["node", "server.js"]
`;

const manifest = {
	name: 'app',
	packageManager: 'pnpm@10.1.0',
	engines: {node: '>=22 <25'},
	workspaces: ['apps/*'],
	scripts: {build: 'next build', start: 'next start -p $PORT'},
	dependencies: {next: '16.0.0', react: '^19'},
	devDependencies: {typescript: '5'},
};

function files(folder: string): Subject[] {
	mkdirSync(folder, {recursive: true});
	const yaml = {read: (each: string) => parse(each) as unknown, write: (value: unknown) => stringify(value)};
	const ofJson = {read: (each: string) => JSON.parse(each) as unknown, write: json};
	return [
		{
			...ofJson,
			name: 'settings.json',
			seeds: [JSON.stringify(settings, undefined, '\t')],
			async take(content) {
				writeFileSync(join(folder, 'settings.json'), content);
				createKeymap(await readSettings({COMPARTMENT_CONFIG_HOME: folder}));
			},
			place: /settings/,
		},
		{
			...yaml,
			name: 'Compose file',
			seeds: filesNamed(['test/import/fixtures'], name => /compose\.(?:yml|yaml|json)$/.test(name)),
			take: content => importText(text(content)),
			place: /\.ya?ml/,
		},
		{
			name: 'Dockerfile',
			seeds: [dockerfile, ...filesNamed(['examples'], name => name === 'Dockerfile')],
			take(content) {
				const platform = {os: 'linux', architecture: 'amd64', variant: ''};
				listExposedPorts(text(content));
				listBases(text(content), {name: 'web/Dockerfile', target: undefined, args: {}, platform});
			},
			place: /Dockerfile/,
		},
		{
			...ofJson,
			name: 'package.json',
			seeds: [JSON.stringify(manifest, undefined, 2), ...filesNamed(['examples'], name => name === 'package.json')],
			take: content =>
				writeRecipe({
					serviceFolder: '',
					packages: {build: [], runtime: []},
					env: [],
					files: makeSource({'package.json': text(content), 'pnpm-lock.yaml': '', 'server.js': ''}),
				}),
			place: /package\.json|start|build|lock|Node|node|package|output/,
		},
	];
}

/** Every kind of file, and a function that removes what they were made in. */
export async function createSubjects(folder: string): Promise<{subjects: readonly Subject[]; close: () => void}> {
	const environment = await environmentFiles();
	return {
		subjects: [
			...descriptors(join(folder, 'project')),
			...environment.subjects,
			...files(join(folder, 'configuration')),
		],
		close: environment.close,
	};
}
