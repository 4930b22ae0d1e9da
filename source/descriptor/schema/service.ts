import * as z from 'zod';
import {handlePattern} from '../names.ts';
import {serviceKinds} from '../project.ts';
import {buildSchema} from './build.ts';
import {volumeBackupSchema} from './operation.ts';
import {runSchema} from './run.ts';
import {scheduleSchema} from './schedule.ts';
import {serviceConditions} from './service-conditions.ts';
import {hostName, limitsSchema, localPath} from './service-fields.ts';
import {imageReference, literalEnv, mountPath, nonEmpty, port, readinessTimeout, variableKey} from './text.ts';

const readiness = z.strictObject({
	type: z.literal('http'),
	path: nonEmpty.default('/healthz').describe('Must answer a GET with 2xx.'),
	timeoutMs: readinessTimeout,
});

const connections = z
	.record(
		z.string(),
		z.strictObject({
			env: z
				.record(variableKey, z.string().regex(handlePattern))
				.refine(env => Object.keys(env).length > 0, 'Service connection env must not be empty.')
				.meta({minProperties: 1, description: 'Variable name to resource output.'}),
		}),
	)
	.refine(resources => Object.keys(resources).length > 0, 'Service connections must not be empty.')
	.meta({
		minProperties: 1,
		description: 'Variables that take their value from the outputs of a resource.',
		$comment: 'Resources and outputs must be declared; a variable may come from one place only.',
	});

const secretFiles = z
	.record(
		variableKey,
		z
			.string()
			.regex(/^(?=\/)(?!.*\/\.{0,2}(\/|$))[^:]+$/, 'must be an absolute file path without dot segments or a colon'),
	)
	.describe('Variable name to the file in the container that will hold its value.');

const volumes = z
	.record(
		z.string().regex(handlePattern),
		z.union([
			mountPath,
			z.strictObject({
				path: mountPath,
				exclusive: z
					.boolean()
					.optional()
					.describe('Only one deployment may use it at a time: the old one stops before the new one starts.'),
				backup: volumeBackupSchema.optional(),
			}),
		]),
	)
	.describe('Volume name to mount path. Old and new deployment share it during a deploy, unless it is exclusive.');

const serviceObject = z
	.strictObject({
		path: nonEmpty.optional().describe('Source directory, relative to compartment.yml.'),
		image: imageReference.optional().describe('A prebuilt image instead of a source directory.'),
		kind: z.enum(serviceKinds).default('web'),
		accessMode: z.enum(['authenticated', 'public']).default('authenticated'),
		build: buildSchema.optional(),
		dockerfile: localPath('dockerfile').optional().describe('Dockerfile, relative to compartment.yml.'),
		context: localPath('context').optional().describe('Build context, relative to compartment.yml.'),
		port: port
			.optional()
			.describe('Port the service listens on. Default: what the image exposes, else 80 with image and 3000 without.'),
		domain: hostName.optional().describe('One more host beside the default one.'),
		limits: limitsSchema.optional(),
		env: literalEnv.optional().describe('Plain variables. Set secrets with the command `variable set --sensitive`.'),
		secretFiles: secretFiles.optional(),
		volumes: volumes.optional(),
		schedule: scheduleSchema.optional().describe('When a cron service runs.'),
		run: runSchema.optional(),
		release: z
			.strictObject({command: nonEmpty})
			.optional()
			.describe('Runs once per deploy, before the new version takes over.'),
		readiness: readiness.optional(),
		connections: connections.optional(),
	})
	.meta(serviceConditions);

/** A path, or an object with every field. */
export const serviceSchema = z.union([nonEmpty, serviceObject]);

export type ServiceInput = z.output<typeof serviceObject>;
