import {handlePattern} from '../../descriptor/names.ts';
import {messageOf} from '../../errors.ts';
import {encryptText} from '../../state/age.ts';
import type {BackupManifest, BackupPurpose} from '../../state/backup.ts';
import type {Identity} from '../../state/identity.ts';
import {isSignature, keyFromPassphrase, readPin, signatureOf, type TrustKey} from '../../state/trust-key.ts';

/** What a store holds about a backup, sealed. */
export type StoredManifest = {
	readonly version: 1;
	readonly lineage: string;
	readonly purpose: BackupPurpose;
	/** The archive as it is in the store: `sha256:` and hex digits, and bytes. */
	readonly archive: {readonly checksum: string; readonly size: number};
	readonly manifest: BackupManifest;
};

type Signed = {readonly signature: string; readonly body: string};

/** Seals a manifest for the recipients. It is signed, because whoever knows a recipient could seal another one. */
export function sealManifest(stored: StoredManifest, recipients: readonly string[], key: TrustKey): Promise<Buffer> {
	const body = JSON.stringify(stored);
	const signed: Signed = {signature: signatureOf(key, 'backup', body), body};
	return encryptText(JSON.stringify(signed), recipients);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isChecksum = (value: unknown): boolean => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether a definition has the form that Compartment gives it: it becomes arguments of engine calls. */
function isDefinition(value: unknown): boolean {
	const spec = isRecord(value) ? value['spec'] : undefined;
	return (
		isRecord(value) &&
		isRecord(value['operations']) &&
		isRecord(value['generatedVariables']) &&
		isRecord(value['outputs']) &&
		isRecord(spec) &&
		typeof spec['image'] === 'string' &&
		isRecord(spec['env']) &&
		isRecord(spec['volumes']) &&
		Object.entries(spec['volumes']).every(([handle, path]) => handlePattern.test(handle) && typeof path === 'string')
	);
}

function isStored(value: unknown, id: string, lineage: string): value is StoredManifest {
	if (!isRecord(value) || value['version'] !== 1 || value['lineage'] !== lineage) return false;
	const {archive, manifest, purpose} = value;
	return (
		['manual', 'pre_restore', 'scheduled'].includes(String(purpose)) &&
		isRecord(archive) &&
		isChecksum(archive['checksum']) &&
		isSize(archive['size']) &&
		isRecord(manifest) &&
		manifest['backupId'] === id &&
		isChecksum(manifest['checksum']) &&
		isSize(manifest['size']) &&
		!Number.isNaN(Date.parse(String(manifest['createdAt']))) &&
		typeof manifest['resourceRuntimeDefinitionHash'] === 'string' &&
		typeof manifest['operationConfigHash'] === 'string' &&
		isDefinition(manifest['definition'])
	);
}

/** The key with which this machine recognises what a lineage has signed, if it has one. */
function keyOf(lineage: string, env: NodeJS.ProcessEnv): TrustKey | undefined {
	const passphrase = env['COMPARTMENT_PASSPHRASE'];
	return readPin(lineage, env)?.key ?? (passphrase ? keyFromPassphrase(passphrase, lineage) : undefined);
}

/** A manifest of a store: what it says and whether this machine knows who wrote it, or why it cannot be read. */
export type OpenedManifest = {readonly stored: StoredManifest; readonly isSigned: boolean} | {readonly problem: string};

/** Opens a manifest of a store. @param expected what its path says */
export async function openManifest(
	content: Buffer,
	expected: {readonly id: string; readonly lineage: string},
	identity: Pick<Identity, 'decrypt' | 'path'>,
	env: NodeJS.ProcessEnv = process.env,
): Promise<OpenedManifest> {
	const {id, lineage} = expected;
	try {
		const {signature, body} = JSON.parse(await identity.decrypt(content)) as Signed;
		const stored: unknown = JSON.parse(body);
		if (!isStored(stored, id, lineage)) return {problem: 'its manifest is not one of this version of Compartment'};
		const key = keyOf(lineage, env);
		return {stored, isSigned: key !== undefined && isSignature(signature, key, 'backup', body)};
	} catch (error) {
		const isForeign = messageOf(error).includes('no identity matched');
		return {
			problem: isForeign ? `it was sealed for others than the identity in ${identity.path}` : 'its manifest is damaged',
		};
	}
}
