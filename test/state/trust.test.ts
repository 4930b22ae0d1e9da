import {
	appendFileSync,
	cpSync,
	existsSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {UserError} from '../../source/errors.ts';
import {failpointNames} from '../../source/failpoints.ts';
import {canonicalJson, sha256} from '../../source/model/canonical.ts';
import {
	environmentNetworkName,
	meshNetworkName,
	resourceContainerName,
	serviceContainerName,
	volumeName,
} from '../../source/model/names.ts';
import {renderHint} from '../../source/render-hint.ts';
import {acceptState, readOffer} from '../../source/state/accept.ts';
import {appendAudit} from '../../source/state/audit.ts';
import {parseState, serializeState} from '../../source/state/document.ts';
import {listEnvironments} from '../../source/state/environments.ts';
import {readHistory} from '../../source/state/history.ts';
import {openJournal, readJournal} from '../../source/state/journal.ts';
import {formatLine} from '../../source/state/journal-line.ts';
import {journalPath} from '../../source/state/journal-reading.ts';
import {readCurrent, restoreState} from '../../source/state/restore.ts';
import {ensureIdentity} from '../../source/state/secrets.ts';
import type {State} from '../../source/state/state.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readState, writeState} from '../../source/state/store.ts';
import {readPin} from '../../source/state/trust-key.ts';
import {ForeignStateError} from '../../source/state/trusted.ts';
import {backupRecord} from '../backup/backup-record.ts';
import {
	emptyState,
	environmentDirectory,
	errorOf,
	numberOf,
	plainVariable,
	runChild,
	temporaryDirectory,
	writeNumbered,
} from './fixtures.ts';

const shown = ({hint}: UserError): string => renderHint(hint!, {environment: 'production'});

/** The configuration folder of another machine. */
const otherHome = () => ({COMPARTMENT_CONFIG_HOME: join(temporaryDirectory(), 'config')});

/** The text of a state as an older version wrote it. */
function asVersion1({key: _key, ...state}: State): string {
	const body = `${canonicalJson({...state, version: 1}, '\t')}\n`;
	return `{\n\t"checksum": "${sha256(body)}",${body.slice(1)}`;
}

/** A state with every kind of name, to try forged values on. */
function richState(): State {
	const place = ['shop', 'production'] as const;
	const id = 'dpl_1m7vn143rk5spsx';
	const containerId = 'a'.repeat(64);
	const imageId = `sha256:${'b'.repeat(64)}`;
	return {
		...emptyState(),
		networks: {
			environment: {name: environmentNetworkName(...place), subnet: '10.213.0.0/26'},
			mesh: {name: meshNetworkName(...place), subnet: '10.213.0.64/26'},
		},
		volumes: {
			'volume.db.data': {
				name: volumeName(...place, 'db', 'data'),
				mountPath: '/data',
				createdAt: '2026-01-01T00:00:00Z',
			},
		},
		resources: {
			db: {
				name: 'db',
				spec: {image: 'db:1', env: {}, hostname: 'db', ports: [], volumes: {}},
				imageId,
				containerName: resourceContainerName(...place, 'db'),
				containerId,
				restart: 'no',
				status: 'running',
				updatedAt: '2026-01-01T00:00:00Z',
			},
		},
		deployments: {
			[id]: {
				id,
				run: 'run_1m7vn143rk5spsx',
				service: 'web',
				kind: 'web',
				status: 'succeeded',
				stage: 'active',
				type: 'deploy',
				spec: {env: {}, restart: {policy: 'no'}, secretFiles: {}},
				imageId,
				imageReference: 'web:1',
				imageKey: 'k',
				containerName: serviceContainerName(...place, 'web', id),
				containerId,
				address: '10.213.0.2',
				port: 3000,
				slot: 'blue',
				routes: [],
				createdAt: '2026-01-01T00:00:00Z',
			},
		},
		active: {web: id},
		backups: [backupRecord({artifactLocation: '/srv/backups/rbak_1m7vn143rk5spsx/artifact'})],
	};
}

describe('the key of a state', () => {
	it('is random, and stored for this user alone in the configuration folder', async () => {
		const env = otherHome();
		const directory = environmentDirectory();
		const {lineage} = await writeState(directory, emptyState(), null, {env});
		const folder = join(env.COMPARTMENT_CONFIG_HOME, 'trust');
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
		expect(readPin(lineage, env)).toMatchObject({project: 'shop', environment: 'production', directory});
		const other = await writeState(environmentDirectory(), emptyState(), null, {env});
		expect(readPin(other.lineage, env)!.key.equals(readPin(lineage, env)!.key)).toBe(false);
		expect(readFileSync(statePath(directory), 'utf8')).not.toContain(readPin(lineage, env)!.key.toString('base64'));
	});

	it('needs no identity while the state has no sensitive values', async () => {
		const env = otherHome();
		expect((await writeState(environmentDirectory(), emptyState(), null, {env})).key).toBeNull();
		expect(readdirSync(env.COMPARTMENT_CONFIG_HOME)).toEqual(['trust']);
	});

	it.each(failpointNames.filter(name => name.startsWith('trust.')))('survives a kill at %s', async point => {
		const directory = environmentDirectory();
		expect((await runChild('write', directory, {COMPARTMENT_FAILPOINT: point})).signal).toBe('SIGKILL');
		expect(await readState(directory)).toBeUndefined();
		expect(numberOf(await writeNumbered(directory, 7))).toBe(7);
		expect(numberOf(await readState(directory))).toBe(7);
	});
});

describe('a state without a signature that this machine knows', () => {
	it('is refused when an older version wrote it, until it is accepted', async () => {
		const env = otherHome();
		const directory = environmentDirectory();
		const state = {...emptyState(), serial: 4, variables: [plainVariable('NUMBER', '4')]};
		writeFileSync(statePath(directory), asVersion1(state));
		const error = await errorOf(readState(directory, env));
		expect(error).toBeInstanceOf(ForeignStateError);
		expect(error.message).toMatch(/environment production .* is not trusted: it has no signature/);
		expect(shown(error)).toContain('compartment state trust');
		const offer = (await readOffer(directory, env))!;
		expect(offer).toMatchObject({state: {serial: 4}, earlier: 0, pending: [], key: undefined});
		acceptState(directory, offer, env);
		expect(await readState(directory, env)).toEqual({...state, version: 2, key: null});
		expect((await readOffer(directory, env))!.why).toBeUndefined();
		expect((await writeState(directory, state, state, {env})).serial).toBe(5);
	});

	it('is refused when it was signed with another key, and cannot be overwritten', async () => {
		const directory = environmentDirectory();
		const state = await writeNumbered(directory, 1);
		const forged = serializeState({...state, engine: 'theirs'}, Buffer.alloc(32, 1));
		writeFileSync(statePath(directory), forged);
		await expect(readState(directory)).rejects.toThrow('was not signed with the key that this machine has for it');
		await expect(writeState(directory, state, state)).rejects.toThrow(ForeignStateError);
		// Without a signature: anybody can compute the checksum.
		writeFileSync(statePath(directory), asVersion1(state));
		await expect(readState(directory)).rejects.toThrow('has no signature, although');
		const elsewhere = otherHome();
		writeFileSync(statePath(directory), forged);
		await expect(readState(directory, elsewhere)).rejects.toThrow('was signed on another machine');
		await expect(writeState(directory, state, state, {env: elsewhere})).rejects.toThrow(ForeignStateError);
		expect(existsSync(join(elsewhere.COMPARTMENT_CONFIG_HOME, 'trust', `${state.lineage}.json`))).toBe(false);
	});

	it('is listed with its name, as not trusted', async () => {
		const directory = environmentDirectory();
		await writeState(directory, emptyState(), null, {env: otherHome()});
		expect(await listEnvironments(dirname(dirname(directory)))).toEqual([
			{environment: 'production', directory, problem: expect.stringContaining('is not trusted')},
		]);
	});

	it('is not restored from a history that was not signed here', async () => {
		const directory = environmentDirectory();
		for (const number of [1, 2, 3]) await writeNumbered(directory, number);
		const path = join(directory, 'history', 'state.2.json');
		writeFileSync(path, serializeState({...emptyState(), serial: 2}, Buffer.alloc(32, 1)));
		expect(readHistory(directory).map(({serial, state}) => [serial, state !== undefined])).toEqual([
			[2, false],
			[1, true],
		]);
	});

	it('is accepted with its history and its journal', async () => {
		const theirs = otherHome();
		const directory = environmentDirectory();
		let state = await writeState(directory, emptyState(), null, {env: theirs});
		state = await writeState(directory, state, state, {env: theirs});
		const journal = await openJournal(directory, {run: 'run_1', ...state}, theirs);
		await journal.begin({type: 'create-volume', name: 'x'}, 'volume.db.data');
		const env = otherHome();
		await expect(readJournal(directory, state, env)).rejects.toThrow('is not trusted');
		const offer = (await readOffer(directory, env))!;
		expect(offer.pending.map(({address}) => address)).toEqual(['volume.db.data']);
		expect(offer.earlier).toBe(1);
		acceptState(directory, offer, env);
		expect((await readState(directory, env))!.serial).toBe(2);
		expect(readHistory(directory, env)[0]!.state).toBeDefined();
		expect(await readJournal(directory, state, env)).toHaveLength(2);
	});

	it('shares its key with its recipients', async () => {
		const [ours, theirs] = [otherHome(), otherHome()];
		const [own, other] = await Promise.all([ensureIdentity(ours), ensureIdentity(theirs)]);
		const directory = environmentDirectory();
		const state = await writeState(directory, {...emptyState(), recipients: [own.recipient]}, null, {env: ours});
		const key = readPin(state.lineage, ours)!.key;
		// A user who is not a recipient can accept it too, with a new key.
		expect((await readOffer(directory, theirs))!.key).toBeUndefined();
		const shared = await writeState(directory, {...state, recipients: [own.recipient, other.recipient]}, state, {
			env: ours,
		});
		expect(shared.key!.recipients).toEqual([own.recipient, other.recipient]);
		const offer = (await readOffer(directory, theirs))!;
		expect(offer.ownRecipient).toBe(other.recipient);
		acceptState(directory, offer, theirs);
		expect(readPin(state.lineage, theirs)!.key.equals(key)).toBe(true);
		const next = await writeState(directory, shared, shared, {env: theirs});
		expect(await readState(directory, ours)).toEqual(next);
		expect(next.key).toEqual(shared.key);
	});

	it('is trusted in a fresh home with the passphrase that signed it, and with no other', async () => {
		const directory = environmentDirectory();
		const passphrase = (text: string) => ({...otherHome(), COMPARTMENT_PASSPHRASE: text});
		const state = await writeState(directory, emptyState(), null, {env: passphrase('right')});
		expect(await readState(directory, passphrase('right'))).toEqual(state);
		await expect(readState(directory, passphrase('wrong'))).rejects.toThrow('key of COMPARTMENT_PASSPHRASE');
		writeFileSync(statePath(directory), serializeState({...state, engine: 'theirs'}, Buffer.alloc(32, 1)));
		await expect(readState(directory, passphrase('right'))).rejects.toThrow(ForeignStateError);
	});
});

describe('a state folder', () => {
	it('is refused as a copy, and accepted after a move', async () => {
		const directory = environmentDirectory();
		const state = await writeNumbered(directory, 1);
		const project = dirname(dirname(directory));
		const copy = `${project}-copy`;
		cpSync(project, copy, {recursive: true});
		const there = join(copy, '.compartment/production');
		try {
			await expect(readState(there)).rejects.toThrow(`${there} is a copy of ${directory}`);
			await expect(readOffer(there)).rejects.toThrow(/is a copy of/);
			expect(shown(await errorOf(writeState(there, state, state)))).toContain('compartment state forget');
			expect(await readState(directory)).toEqual(state);
			rmSync(project, {recursive: true});
			expect(await readState(there)).toEqual(state);
			expect(readPin(state.lineage)!.directory).toBe(there);
			renameSync(copy, project);
			expect(await readState(directory)).toEqual(state);
		} finally {
			rmSync(copy, {recursive: true, force: true});
		}
	});

	it('is refused when an older copy was put back, until it is restored', async () => {
		const directory = environmentDirectory();
		await writeNumbered(directory, 1);
		const old = readFileSync(statePath(directory));
		await writeNumbered(directory, 2);
		await writeNumbered(directory, 3);
		writeFileSync(statePath(directory), old);
		const error = await errorOf(readState(directory));
		expect(error.message).toContain('(serial 1) is older than the state that was here before (serial 3)');
		expect(shown(error)).toContain('compartment state restore 1');
		const {state} = readCurrent(directory, 1)!;
		expect((await restoreState(directory, state!, 19)).serial).toBe(20);
		expect(numberOf(await readState(directory))).toBe(1);
	});
});

describe('a journal', () => {
	async function written() {
		const directory = environmentDirectory();
		const state = await writeNumbered(directory, 1);
		const journal = await openJournal(directory, {run: 'run_1', ...state});
		for (const address of ['network', 'volume.db.data'])
			await journal.begin({type: 'create-volume', name: address}, address);
		return {directory, state, path: journalPath(directory)};
	}

	it.each([
		['a line that was taken out', (lines: string[]) => lines.toSpliced(1, 1), 2],
		['lines that changed places', (lines: string[]) => [lines[0]!, lines[2]!, lines[1]!], 2],
		['a beginning that was cut off', (lines: string[]) => lines.slice(1), 1],
		[
			'a line of another key',
			(lines: string[]) => [
				...lines,
				formatLine({type: 'done', op: 'op', at: ''}, Buffer.alloc(32), '').line.trimEnd(),
			],
			4,
		],
	])('is refused with %s', async (_, change, line) => {
		const {directory, state, path} = await written();
		const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
		expect(await readJournal(directory, state)).toHaveLength(3);
		writeFileSync(path, `${change(lines).join('\n')}\n`);
		await expect(readJournal(directory, state)).rejects.toThrow(`${path}:${line} is not trusted`);
		await expect(openJournal(directory, {run: 'run_2', ...state})).rejects.toThrow('is not trusted');
	});

	it('is refused when it names what Compartment would never write, even if signed', async () => {
		const {directory, state} = await written();
		const journal = await openJournal(directory, {run: 'run_2', ...state});
		await journal.begin({type: 'replace-resource', resource: 'db', containerName: 'somebodys'}, 'resource.db');
		await expect(readJournal(directory, state)).rejects.toThrow(':5 is not an entry that Compartment writes');
	});

	it('is refused as a symbolic link, like a state, a history and an audit file', async () => {
		const {directory, state, path} = await written();
		const target = join(temporaryDirectory(), 'precious');
		writeFileSync(target, '');
		for (const file of [path, statePath(directory), join(directory, 'audit.ndjson')]) {
			rmSync(file, {force: true});
			symlinkSync(target, file);
		}
		await expect(openJournal(directory, {run: 'run_2', ...state})).rejects.toThrow('is a symbolic link');
		await expect(readState(directory)).rejects.toThrow('is a symbolic link');
		const entry = {type: 'test', status: 'succeeded', target: 'routes', details: {}} as const;
		expect(appendAudit(directory, entry)).toContain('is a symbolic link');
		expect(readFileSync(target, 'utf8')).toBe('');
	});

	it('still ends with a torn line after a crash', async () => {
		const {directory, state, path} = await written();
		appendFileSync(path, 'half a li');
		expect(await readJournal(directory, state)).toHaveLength(3);
	});
});

describe('ids, names and paths in a state', () => {
	const id = 'dpl_1m7vn143rk5spsx';
	const rich = richState();
	/** A copy with another value at a path. */
	const withAt = (whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown => {
		if (key === undefined) return value;
		const record = whole as Readonly<Record<string, unknown>>;
		if (Array.isArray(whole)) return whole.with(Number(key), withAt(record[key], rest, value));
		return {...record, [key]: withAt(record[key], rest, value)};
	};
	const cases: readonly [what: string, path: readonly string[], value: unknown][] = [
		['lineage', ['lineage'], '../../evil'],
		['project', ['project'], '../shop'],
		['network', ['networks', 'mesh', 'name'], 'bridge'],
		['volume', ['volumes', 'volume.db.data', 'name'], 'somebodys'],
		['volume', ['volumes', 'volume.../../x'], {name: 'x'}],
		['resource', ['resources', 'db', 'containerId'], 'somebodys'],
		['resource', ['resources', 'db', 'containerName'], 'somebodys'],
		['resource', ['resources', '../db'], {...rich.resources['db'], name: '../db'}],
		['deployment', ['deployments', id, 'containerId'], 'compartment-router'],
		['deployment', ['deployments', id, 'containerId'], '--privileged'],
		['deployment', ['deployments', id, 'containerName'], 'somebodys'],
		['deployment', ['deployments', id, 'run'], '../../run'],
		['deployment', ['deployments', id, 'address'], '10.0.0.1; rm'],
		['deployment', ['deployments', '../x'], {...rich.deployments[id], id: '../x'}],
		['active deployment', ['active', 'web'], '../../x'],
		['job run', ['jobs'], [{id: '../../job', service: 'web'}]],
		['backup', ['backups', '0', 'id'], '../../../../home'],
		['backup', ['backups', '0', 'artifactLocation'], '/home/user'],
		['backup', ['backups', '0', 'artifactLocation'], '/a/../home/rbak_1m7vn143rk5spsx/artifact'],
		['recipient', ['recipients'], ['--evil']],
	];

	it('are accepted as Compartment writes them', () => {
		expect(parseState(Buffer.from(serializeState(rich, Buffer.alloc(32))))).toMatchObject({state: rich});
	});

	it.each(cases)('are refused in any other form, even if signed: %s %j', (what, path, value) => {
		const state = withAt(rich, path, value) as State;
		const parsed = parseState(Buffer.from(serializeState(state, Buffer.alloc(32))));
		expect(parsed).toMatchObject({problem: expect.stringContaining(what)});
	});
});
