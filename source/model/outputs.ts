import {createHash} from 'node:crypto';
import type {ResourceOutput} from '../descriptor/project.ts';
import {UserError} from '../errors.ts';
import {resourceHost} from './names.ts';
import type {Desired, DesiredResource} from './specs.ts';
import type {Env, EnvValue} from './values.ts';

/** The resource whose output is expanded, and its environment. */
export type OutputContext = {readonly project: string; readonly environment: string; readonly resource: string};

const placeholder = /\$\{([^}]*)\}/g;

/** Whether a template is a URL: a value in it must not be able to end the user name, the password or the database name. */
export const isUrlTemplate = (template: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(template);

/**
 * Expands an output's template once: what a value contains is never expanded again. In a URL every `${env.KEY}` is
 * percent-encoded (docs/rules.md, "Output templates").
 */
export function expandOutput(
	template: string,
	context: OutputContext,
	env: (key: string) => string | undefined,
): string {
	const fixed: Record<string, string> = {
		'resource.name': context.resource,
		'resource.host': resourceHost(context.project, context.environment, context.resource),
		'project.name': context.project,
		'environment.name': context.environment,
	};
	return template.replace(placeholder, (_, key: string) => {
		if (Object.hasOwn(fixed, key)) return fixed[key]!;
		if (!key.startsWith('env.')) throw new UserError(`Unsupported resource output template placeholder "${key}".`);
		const name = key.slice('env.'.length);
		const value = env(name);
		if (value === undefined) throw new UserError(`Resource output template references missing env value "${name}".`);
		return isUrlTemplate(template) ? encodeURIComponent(value) : value;
	});
}

/** Variables that a template uses. */
export const outputKeys = (template: string): string[] =>
	[...template.matchAll(placeholder)].flatMap(([, key]) =>
		key!.startsWith('env.') ? [key!.slice('env.'.length)] : [],
	);

// Identifies a value without revealing it; null if it is not known before the apply.
const identityOf = (value: EnvValue): string | null => {
	switch (value.type) {
		case 'plain':
			return `=${value.value}`;
		case 'secret':
			return value.revision;
		case 'output':
			return value.fingerprint;
	}
};

/**
 * Changes whenever the expanded output would, without reading a secret: it covers the template, the names and the revisions
 * of sensitive values. Null while a value is yet to be generated.
 */
export function outputFingerprint(output: ResourceOutput, context: OutputContext, env: Env): string | null {
	let isKnown = true;
	const text = expandOutput(output.value, context, key => {
		const value = Object.hasOwn(env, key) ? env[key] : undefined;
		if (!value) return undefined;
		const identity = identityOf(value);
		if (identity === null) isKnown = false;
		return identity ?? '';
	});
	return isKnown ? createHash('sha256').update(text).digest('hex').slice(0, 16) : null;
}

type OutputValue = Extract<EnvValue, {type: 'output'}>;

/**
 * The value with its fingerprint among these resources; unchanged if none of them has the output.
 * @param envOf environment of the resource's container, if it differs from the desired one
 */
export function fingerprintIn(
	{project, environment, resources}: Pick<Desired, 'project' | 'environment' | 'resources'>,
	value: OutputValue,
	envOf: (resource: DesiredResource) => Env = ({spec}) => spec.env,
): OutputValue {
	const resource = resources.find(({name}) => name === value.resource);
	const output = resource?.outputs[value.output];
	if (!resource || !output) return value;
	return {
		...value,
		fingerprint: outputFingerprint(output, {project, environment, resource: resource.name}, envOf(resource)),
	};
}
