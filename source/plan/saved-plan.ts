import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {canonicalJson, checksumOf} from '../model/canonical.ts';
import {planKeys} from '../state/plan-key.ts';
import {isLineage, isSignature, signatureOf, type TrustKey} from '../state/trust-key.ts';
import {findStaleness} from './fingerprints.ts';
import type {Plan} from './plan.ts';

/**
 * A plan with its request, from which an apply makes the plan again to compare both, and the `recordedParts` of the state
 * that it was made from.
 */
export type SavedPlan = {
	readonly plan: Plan;
	readonly request: Readonly<Record<string, unknown>>;
	readonly recorded: Readonly<Record<string, string>>;
};

const signedText = (file: object): string => canonicalJson(JSON.parse(JSON.stringify(file)));

/**
 * The text of a plan file. It holds no sensitive values, only names and revisions. Because a saved plan runs without
 * another confirmation, a checksum detects damage and a signature proves that it was made with the environment's key.
 */
export function serializePlan({plan, request, recorded}: SavedPlan, key: TrustKey): string {
	const file = {...plan, request, recorded};
	const signature = signatureOf(key, 'plan', signedText(file));
	return `${JSON.stringify({checksum: checksumOf({...file, signature}), signature, ...file}, undefined, 2)}\n`;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const shape: Readonly<Record<keyof Plan, (value: unknown) => boolean>> = {
	format: value => value === 1,
	mode: isText,
	project: isText,
	environment: isText,
	lineage: isText,
	serial: Number.isSafeInteger,
	createdAt: isText,
	actions: value => Array.isArray(value) && value.every(isRecord),
	drift: Array.isArray,
	warnings: Array.isArray,
	desired: isRecord,
	images: Array.isArray,
	deployments: Array.isArray,
	routes: value => value === null || isRecord(value),
	adoption: value => value === undefined || isRecord(value),
	certificates: value => value === undefined || (Array.isArray(value) && value.every(isRecord)),
	lifetime: value => value === null || isRecord(value),
	isHold: value => typeof value === 'boolean',
	services: value => value === null || Array.isArray(value),
	basis: value => isRecord(value) && [value['live'], value['contexts'], value['variables']].every(isRecord),
};

const isPlan = (value: Readonly<Record<string, unknown>>): boolean =>
	Object.entries(shape).every(([key, isValid]) => isValid(Object.hasOwn(value, key) ? value[key] : undefined));

function parseJson(text: string, file: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new UserError(`${file} is not a saved plan: it is not valid JSON`, {
			cause: error,
			hint: command('plan', '--out', 'FILE'),
		});
	}
}

/** An undamaged plan file that anybody could have written. */
export type UnverifiedPlan = {
	/** Its name, for messages. */
	readonly file: string;
	/** The environment that it names. */
	readonly environment: string;
	readonly lineage: string;
	readonly signature: unknown;
	readonly content: Readonly<Record<string, unknown>>;
};

/**
 * Reads the text of a plan file.
 * @param file its name, for messages
 * @throws UserError for a file that is damaged
 */
export function parsePlan(text: string, file: string): UnverifiedPlan {
	const value = parseJson(text, file);
	const isSaved = isRecord(value) && isPlan(value) && isRecord(value['request']) && isRecord(value['recorded']);
	if (!isSaved || !isLineage(value['lineage']))
		throw new UserError(`${file} is not a saved plan of this version`, {hint: command('plan', '--out', 'FILE')});
	const {checksum, ...signed} = value;
	if (checksum !== checksumOf(signed))
		throw new UserError(`${file} does not match its checksum: it is damaged or was edited`, {
			hint: command('plan', '--out', file),
		});
	const {signature, ...content} = signed;
	return {file, environment: String(value['environment']), lineage: value['lineage'], signature, content};
}

/**
 * The plan of a file.
 * @throws UserError for a file that was not signed with the key of its environment
 */
export async function verifyPlan(
	{file, lineage, signature, content}: UnverifiedPlan,
	env: NodeJS.ProcessEnv = process.env,
): Promise<SavedPlan> {
	const text = signedText(content);
	let isKnown = false;
	for await (const key of planKeys(lineage, env)) {
		isKnown = true;
		if (!isText(signature) || !isSignature(signature as string, key, 'plan', text)) continue;
		const {request, recorded, ...plan} = content;
		return {plan, request, recorded} as unknown as SavedPlan;
	}
	if (!isKnown)
		throw new UserError(`${file} was made on another machine, and this machine has no key for its environment`, {
			hint: hint`If the environment is new, the plan is applied where the identity or COMPARTMENT_PASSPHRASE is the same as where it was made. If it has a state, accept that here: ${command('state trust')}. Or create the plan on this machine: ${command('plan', '--out', file)}`,
		});
	throw new UserError(`${file} was not signed with the key of its environment: someone else created or changed it`, {
		hint: hint`Create it again: ${command('plan', '--out', file)}. Two machines that share a COMPARTMENT_PASSPHRASE need the same one.`,
	});
}

/**
 * Refuses a saved plan when any of its inputs has changed (docs/rules.md, "Stale plans").
 * @param fresh a plan made just now from the same request, with the parts of the state now
 * @throws UserError that lists the changes
 */
export function assertNotStale(saved: SavedPlan, fresh: Omit<SavedPlan, 'request'>, file: string): void {
	const changes = findStaleness(saved, fresh);
	if (changes.length === 0) return;
	throw new UserError(`${file} is stale, nothing was changed:\n${changes.map(line => `  - ${line}`).join('\n')}`, {
		hint: command('plan', '--out', file),
	});
}
