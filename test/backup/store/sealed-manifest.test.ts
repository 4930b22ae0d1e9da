import {randomBytes} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {openManifest, type StoredManifest, sealManifest} from '../../../source/backup/store/sealed-manifest.ts';
import {newId} from '../../../source/model/ids.ts';
import {encryptText} from '../../../source/state/age.ts';
import {ensureIdentity} from '../../../source/state/identity.ts';
import {newState} from '../../../source/state/store.ts';
import {writePin} from '../../../source/state/trust-key.ts';

const {lineage} = newState({project: 'shop', environment: 'production'});
const id = newId('rbak');
const checksum = `sha256:${'a'.repeat(64)}`;
const {definition, ...manifest} = {
	backupId: id,
	project: 'shop',
	environment: 'production',
	resource: 'db',
	lineage,
	status: 'succeeded',
	createdAt: '2026-01-01T00:00:00Z',
	createdBy: null,
	artifactLocation: '/tmp/artifact',
	checksum,
	size: 5,
	failureSummary: null,
	resourceImage: 'db:1',
	operationImage: 'db:1',
	resourceRuntimeDefinitionHash: 'a',
	operationConfigHash: 'b',
	volumes: ['data'],
	definition: {
		spec: {image: 'db:1', env: {}, hostname: 'db', ports: [], volumes: {data: '/data'}},
		restart: 'no',
		generatedVariables: {},
		outputs: {},
		operations: {},
	},
} as const;
const stored: StoredManifest = {
	version: 1,
	lineage,
	purpose: 'manual',
	archive: {checksum, size: 10},
	manifest: {...manifest, definition},
};

describe('a manifest in a store', () => {
	it('says what was sealed, and whether this machine has signed it', async () => {
		const identity = await ensureIdentity();
		const key = randomBytes(32);
		const content = await sealManifest(stored, [identity.recipient], key);
		expect(content.includes('shop')).toBe(false);
		expect(await openManifest(content, {id, lineage}, identity)).toEqual({stored, isSigned: false});
		writePin({lineage, project: 'shop', environment: 'production', key, directory: '/tmp'});
		expect(await openManifest(content, {id, lineage}, identity)).toEqual({stored, isSigned: true});
		const forged = await sealManifest(stored, [identity.recipient], randomBytes(32));
		expect(await openManifest(forged, {id, lineage}, identity)).toEqual({stored, isSigned: false});
	});

	it('is refused if it is that of another backup, or has another form', async () => {
		const identity = await ensureIdentity();
		const problemOf = async (value: unknown) => {
			const body = JSON.stringify(value);
			const content = await encryptText(JSON.stringify({signature: '', body}), [identity.recipient]);
			return openManifest(content, {id, lineage}, identity);
		};
		const volumes = {'../../etc': '/data'};
		for (const value of [
			{...stored, version: 2},
			{...stored, lineage: '01234567-89ab-cdef-0123-456789abcdef'},
			{...stored, manifest: {...stored.manifest, backupId: newId('rbak')}},
			{...stored, manifest: {...manifest, definition: {...definition, spec: {...definition.spec, volumes}}}},
			{...stored, manifest: {...stored.manifest, checksum: 'none'}},
			null,
		])
			expect(await problemOf(value)).toEqual({problem: 'its manifest is not one of this version of Compartment'});
		expect(await problemOf(stored)).toHaveProperty('stored');
	});

	it('says why it cannot be read', async () => {
		const identity = await ensureIdentity();
		const other = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
		const foreign = await sealManifest(stored, [other], randomBytes(32));
		expect(await openManifest(foreign, {id, lineage}, identity)).toEqual({
			problem: `it was sealed for others than the identity in ${identity.path}`,
		});
		expect(await openManifest(Buffer.from('nothing'), {id, lineage}, identity)).toEqual({
			problem: 'its manifest is damaged',
		});
	});
});
