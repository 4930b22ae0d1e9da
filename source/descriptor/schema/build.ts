import * as z from 'zod';
import {isInsideFolder} from '../paths.ts';
import {nonEmpty, variableKey} from './text.ts';

const include = z
	.string()
	.min(1)
	.regex(/^(?![/\\]|[A-Za-z]:)/, 'build.include entries must be relative to the directory containing compartment.yml.')
	.regex(/^[^*?[]*$/, 'build.include entries must be literal file or directory paths.');

const packageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.+:=~-]*$/);

const packages = z
	.strictObject({build: z.array(packageName).optional(), runtime: z.array(packageName).optional()})
	.meta({
		description: 'Debian packages that the build or the running service needs.',
		anyOf: [
			{required: ['build'], properties: {build: {minItems: 1}}},
			{required: ['runtime'], properties: {runtime: {minItems: 1}}},
		],
	});

const outputDirectory = z
	.string()
	.refine(
		isInsideFolder,
		'build.outputDirectory must be a relative path inside the service directory and must not resolve to the service root.',
	)
	.meta({
		description: 'Folder inside the service directory that a static service publishes.',
		pattern: String.raw`^(?![/\\]|[A-Za-z]:)(?!(?:\.[/\\]+)*\.\.(?:[/\\]|$))(?:.*[/\\])?(?!\.{1,2}(?:[/\\]|$))[^/\\]`,
		$comment: 'The path must stay below the service directory after dot segments are resolved.',
	});

const buildStrategies = ['auto', 'dockerfile', 'railpack'] as const;

/** How a service becomes an image. */
export const buildSchema = z
	.strictObject({
		strategy: z.enum(buildStrategies).optional().describe('Default: auto.'),
		command: nonEmpty.optional().describe('Replaces the build command that would be detected.'),
		include: z.array(include).optional().describe('More files and folders that the build needs.'),
		env: z.array(variableKey).optional().describe('Plain variables that the build may read.'),
		packages: packages.optional(),
		outputDirectory: outputDirectory.optional(),
	})
	.meta({
		if: {properties: {strategy: {const: 'dockerfile'}}, required: ['strategy']},
		// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
		then: {properties: {command: false, packages: false, outputDirectory: false}},
	});
