import {databaseOf, describeDatabase} from '../descriptor/presets/one-time.ts';
import type {ResourceOutput} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {expandOutput, isUrlTemplate, type OutputContext, outputFingerprint} from '../model/outputs.ts';
import type {Env, EnvValue} from '../model/values.ts';
import type {ResourceRecord} from '../state/state.ts';

/** The values of a resource's variables in the clear. */
export type ClearEnv = Readonly<Record<string, string>>;

/** An output as the container of a service has it. */
export type SeenOutput = {readonly output: ResourceOutput; readonly text: string};

const expand = ({value}: ResourceOutput, context: OutputContext, env: ClearEnv): string | undefined => {
	try {
		return expandOutput(value, context, key => (Object.hasOwn(env, key) ? env[key] : undefined));
	} catch (error) {
		if (error instanceof UserError) return undefined;
		throw error;
	}
};

/** Whether a service's container has what the output is now. */
const isCurrent = ({output, text}: SeenOutput, context: OutputContext, env: ClearEnv): boolean =>
	expand(output, context, env) === text;

const plainText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const decoded = (output: ResourceOutput, text: string): string | undefined => {
	if (!isUrlTemplate(output.value)) return text;
	try {
		return decodeURIComponent(text);
	} catch {
		return undefined;
	}
};

/** The value of one variable in an expanded output; undefined if the text is not one of this template. */
function valueIn({output, text}: SeenOutput, context: OutputContext, env: ClearEnv, key: string): string | undefined {
	// No text of a container has it, and an URL encodes none of it.
	const mark = 'compartment0value0of0a0variable';
	const pattern = expand(output, context, {...env, [key]: mark});
	if (!pattern?.includes(mark)) return undefined;
	const [head = '', ...rest] = pattern.split(mark).map(plainText);
	const match = new RegExp(`^${head}(.+?)${rest.join('\\1')}$`, 's').exec(text);
	const value = match?.[1] === undefined ? undefined : decoded(output, match[1]);
	return value !== undefined && isCurrent({output, text}, context, {...env, [key]: value}) ? value : undefined;
}

/**
 * The passwords of a database that were changed since its container was made, as `resource rotate` does, by variable. The
 * container still has the first ones; what connects to the database since then has the others.
 * @param seen outputs in containers of services that were made later, newest first
 */
export function changedPasswords(
	{spec, declared}: Pick<ResourceRecord, 'spec' | 'declared'>,
	context: OutputContext,
	env: ClearEnv,
	seen: readonly SeenOutput[],
): ClearEnv {
	const preset = declared?.preset;
	const database = databaseOf({image: spec.image, ...(preset === undefined ? {} : {preset})});
	if (!database) return {};
	const changed: Record<string, string> = {};
	for (const key of describeDatabase(database).passwords) {
		if (!Object.hasOwn(env, key)) continue;
		const [newest] = seen.flatMap(each => {
			const value = valueIn(each, context, env, key);
			return value === undefined ? [] : [value];
		});
		if (newest !== undefined && newest !== env[key]) changed[key] = newest;
	}
	return changed;
}

/** The value of a variable that was read from an output, with the fingerprint that the resource gives it now. */
export function withFingerprint(
	value: EnvValue,
	{output, text}: SeenOutput,
	context: OutputContext,
	{env, clear}: {readonly env: Env; readonly clear: ClearEnv},
): EnvValue {
	if (value.type !== 'output' || !isCurrent({output, text}, context, clear)) return value;
	return {...value, fingerprint: outputFingerprint(output, context, env)};
}
