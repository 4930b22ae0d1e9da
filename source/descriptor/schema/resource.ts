import * as z from 'zod';
import {handlePattern} from '../names.ts';
import {presetNames} from '../presets/index.ts';
import {operationsSchema} from './operation.ts';
import {
	imageReference,
	literalEnv,
	mountPath,
	nonEmpty,
	port,
	readinessTimeout,
	restartPolicies,
	variableKey,
} from './text.ts';

const generatedVariable = z.strictObject({
	generator: z.literal('token'),
	bytes: z.int().min(16).max(128).default(24),
	encoding: z.enum(['hex', 'base64url']).default('hex'),
});

const output = z.strictObject({
	sensitive: z.boolean(),
	value: nonEmpty.describe(
		'Text with ${resource.name}, ${resource.host}, ${project.name}, ${environment.name} or ${env.KEY}.',
	),
});

const volume = z.union([mountPath, z.strictObject({mountPath})]);

const resourceObject = z
	.strictObject({
		preset: z.enum(presetNames).optional(),
		image: imageReference.optional(),
		command: z
			.array(z.string())
			.min(1)
			.optional()
			.describe("Replaces the image's command: one text per argument, which may be empty."),
		env: literalEnv.optional(),
		generatedVariables: z.record(variableKey, generatedVariable).optional(),
		ports: z
			.array(port)
			.refine(ports => new Set(ports).size === ports.length, 'Resource ports must be unique.')
			.meta({uniqueItems: true})
			.optional()
			.describe('Ports inside the environment; never published.'),
		outputs: z.record(z.string().regex(handlePattern), output).optional(),
		volumes: z.record(z.string().regex(handlePattern), volume).optional().describe('Volume name to mount path.'),
		readiness: z.strictObject({type: z.literal('tcp'), port, timeoutMs: readinessTimeout}).optional(),
		restart: z.strictObject({policy: z.enum(restartPolicies).default('unless-stopped')}).optional(),
		operations: operationsSchema.optional(),
	})
	.meta({
		anyOf: [{required: ['image']}, {required: ['preset']}],
		if: {required: ['preset']},
		// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
		then: {propertyNames: {enum: ['preset', 'env']}},
		$comment:
			'readiness.port must be one of ports; a generated variable may not be in env; two volumes may not share a mount path.',
	});

/** A container that services depend on, with volumes, outputs and backups. */
export const resourceSchema = resourceObject;

export type ResourceInput = z.output<typeof resourceObject>;
