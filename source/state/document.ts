import {canonicalJson, sha256} from '../model/canonical.ts';
import {migrate, type StateDocument} from './migrations.ts';
import {type State, stateVersion} from './state.ts';
import {isLineage, signatureOf, type TrustKey} from './trust-key.ts';
import {isPublicUrl} from './urls.ts';
import {findStrange} from './valid-state.ts';

/** A state as read, with its signature, which has not been verified. */
export type Signed = {
	readonly state: State;
	/** Undefined in files of older versions. */
	readonly signature: string | undefined;
	/** The signed text. */
	readonly body: string;
};

const textOf = (document: unknown): string => `${canonicalJson(document, '\t')}\n`;

/**
 * The text of a state file: checksum and signature, then the state with sorted keys, indented for people. The checksum
 * reveals damage; the signature proves who wrote it.
 */
export function serializeState(state: State, key: TrustKey): string {
	const body = textOf(state);
	const signature = signatureOf(key, 'state', body);
	return `{\n\t"checksum": "${sha256(signature + body)}",\n\t"signature": "${signature}",${body.slice(1)}`;
}

/** Content of a state file, or why it is unusable, worded to follow its path. */
export type ParsedState = Signed | {readonly problem: string; readonly isNewer?: boolean};

export function parseState(content: Uint8Array): ParsedState {
	if (content.length === 0) return {problem: 'is empty'};
	const text = new TextDecoder('utf-8', {ignoreBOM: true}).decode(content);
	const json = parseJson(text);
	if (json === undefined)
		return {problem: text.trimEnd().endsWith('}') ? 'is not valid JSON' : 'is truncated or not valid JSON'};
	if (typeof json !== 'object' || json === null || Array.isArray(json)) return {problem: 'is not a state'};
	const {checksum, signature, ...document} = json as StateDocument;
	const version = document['version'];
	if (typeof version === 'number' && version > stateVersion) {
		const newer = migrate(document);
		return {problem: 'problem' in newer ? newer.problem : 'is newer', isNewer: true};
	}
	if (typeof checksum !== 'string') return {problem: 'has no checksum'};
	if (signature !== undefined && typeof signature !== 'string') return {problem: 'has no valid "signature"'};
	const body = textOf(document);
	if (sha256((signature ?? '') + body) !== checksum)
		return {problem: 'does not match its checksum: it was damaged or edited by hand'};
	const migrated = migrate(document);
	if ('problem' in migrated) return migrated;
	const problem = findInvalid(migrated.document);
	return problem ? {problem} : {state: migrated.document as unknown as State, signature, body};
}

/** Why a document of the current version is not a state that Compartment writes, worded to follow its path. */
export function findInvalid(document: StateDocument): string | undefined {
	const misshapen = misshapenField(document);
	if (misshapen) return `has no valid "${misshapen}"`;
	const strange = findStrange(document as unknown as State);
	return strange && `has an invalid ${strange}, which Compartment would never write`;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isRecordOrAbsent = (value: unknown): boolean => value === undefined || isRecord(value);
const isRecordOrNull = (value: unknown): boolean => value === null || isRecord(value);

const shape: Readonly<Record<keyof State, (value: unknown) => boolean>> = {
	version: value => value === stateVersion,
	lineage: isLineage,
	serial: value => Number.isSafeInteger(value) && (value as number) >= 0,
	project: isText,
	environment: isText,
	engine: value => value === null || typeof value === 'string',
	publicUrl: value => value === undefined || value === null || isPublicUrl(value),
	networks: isRecordOrNull,
	access: isRecordOrNull,
	variables: Array.isArray,
	bindings: Array.isArray,
	recipients: Array.isArray,
	key: isRecordOrNull,
	volumes: isRecord,
	resources: isRecord,
	images: isRecord,
	deployments: isRecord,
	active: isRecord,
	routes: isRecordOrNull,
	certificates: isRecordOrAbsent,
	certificateRequests: isRecordOrAbsent,
	interruptedReleases: isRecord,
	jobs: Array.isArray,
	schedules: isRecordOrAbsent,
	lifetime: value => value === null || isRecordOrAbsent(value),
	backups: Array.isArray,
	updatedAt: isText,
};

const misshapenField = (document: StateDocument): string | undefined =>
	Object.entries(shape).find(([key, isValid]) => !isValid(document[key]))?.[0];
