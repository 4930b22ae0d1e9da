import * as z from 'zod';
import {serviceKinds} from '../descriptor/project.ts';
import {routesSchema} from '../descriptor/schema/routes.ts';
import {scheduleSchema} from '../descriptor/schema/schedule.ts';
import {variableKey as key, mountPath, port, restartPolicies} from '../descriptor/schema/text.ts';
import type {Labels} from '../engine/engine.ts';
import {isId} from '../model/ids.ts';
import {labels} from '../model/labels.ts';
import type {DeploymentShape, ResourceShape, VolumeShape} from '../model/record.ts';

/*
 * Engine labels are foreign text: whoever reaches the engine can write them (docs/rules.md, "Lost state"). What does not have
 * exactly the form that `apply/record-label.ts` gives it counts as missing.
 */

/** Longer labels are not read, in characters. */
const longest = 200_000;

const text = z.string().max(4000);
const name = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/);
const path = z.string().regex(/^\/[^:\0]+$/);
const time = z.iso.datetime();
const revision = z.string().regex(/^[0-9a-f]{1,64}$/);
const timeoutMs = z.int().min(1);

const scope = z.discriminatedUnion('type', [
	z.strictObject({type: z.literal('environment')}),
	z.strictObject({type: z.literal('service'), name}),
	z.strictObject({type: z.literal('resource'), name}),
]);

const env = z.record(
	key,
	z.discriminatedUnion('type', [
		z.strictObject({type: z.literal('plain'), scope: scope.optional(), revision: revision.optional()}),
		z.strictObject({type: z.literal('secret'), scope, key, revision}),
		z.strictObject({
			type: z.literal('output'),
			resource: name,
			output: text,
			isSensitive: z.boolean(),
			fingerprint: revision,
			isBound: z.literal(true).optional(),
		}),
	]),
);

const origin = z.strictObject({
	commit: text.optional(),
	digest: text.optional(),
	builtAt: time.optional(),
});

const deployment = z.strictObject({
	version: z.literal(1),
	run: z.string().refine(id => isId('run', id)),
	kind: z.enum(serviceKinds),
	type: z.enum(['deploy', 'promote', 'rollback', 'restart', 'heal']),
	label: text.optional(),
	createdAt: time,
	spec: z.strictObject({
		command: z.string().optional(),
		env,
		port: port.optional(),
		restart: z.strictObject({policy: z.enum(restartPolicies), maxRetries: z.int().min(1).optional()}),
		limits: z
			.strictObject({cpu: z.number().optional(), memory: z.number().optional(), pids: z.number().optional()})
			.optional(),
		secretFiles: z.record(key, path),
		volumes: z.record(name, z.strictObject({path: mountPath, exclusive: z.literal(true).optional()})).optional(),
	}),
	readiness: z.strictObject({type: z.literal('http'), path: text, timeoutMs}).optional(),
	schedule: scheduleSchema.optional(),
	image: z.strictObject({key: text, reference: text, builder: text.optional(), origin: origin.optional()}),
	address: z.ipv4().optional(),
	port: port.optional(),
	routes: z.union([z.array(z.never()).max(0), routesSchema.shape.routes]),
	accessMode: z.enum(['authenticated', 'public']).optional(),
	isHeld: z.literal(true).optional(),
});

const resource = z.strictObject({
	version: z.literal(1),
	createdAt: time,
	spec: z.strictObject({
		image: text,
		command: z.array(z.string()).optional(),
		env,
		hostname: text,
		ports: z.array(port),
		volumes: z.record(name, mountPath),
	}),
	restart: z.enum(restartPolicies),
	readiness: z.strictObject({type: z.literal('tcp'), port, timeoutMs}).optional(),
	preset: text.optional(),
	generatedVariables: z.record(
		key,
		z.strictObject({
			generator: z.literal('token'),
			bytes: z.int().min(16).max(128),
			encoding: z.enum(['hex', 'base64url']),
		}),
	),
});

const volume = z.strictObject({version: z.literal(1), createdAt: time, mountPath});

function readLabel<Schema extends z.ZodType>(schema: Schema, own: Labels): z.infer<Schema> | undefined {
	const label = own[labels.record] ?? '';
	if (label === '' || label.length > longest) return undefined;
	try {
		return schema.safeParse(JSON.parse(label)).data;
	} catch {
		return undefined;
	}
}

/** What the label of a deployment's container records; undefined if it has none that can be read. */
export const readDeploymentShape = (own: Labels): DeploymentShape | undefined =>
	readLabel(deployment, own) as DeploymentShape | undefined;

/** What the label of a resource's container records. */
export const readResourceShape = (own: Labels): ResourceShape | undefined =>
	readLabel(resource, own) as ResourceShape | undefined;

/** What the label of a volume records. */
export const readVolumeShape = (own: Labels): VolumeShape | undefined =>
	readLabel(volume, own) as VolumeShape | undefined;
