import * as z from 'zod';
import {backupScheduleSchema} from './schedule.ts';
import {imageReference, literalEnv, nonBlank} from './text.ts';

const fields = {
	command: nonBlank.describe('Shell command that runs in a separate container.'),
	env: literalEnv.optional(),
	image: imageReference.optional().describe('Default: the image of the resource.'),
};

const archive = {
	preset: z.literal('archive').describe('The files of the volumes as an archive. No image needs tools for it.'),
	stop: z.boolean().optional().describe('Stop what uses the volumes while they are read.'),
	schedule: backupScheduleSchema.optional(),
};

const backup = z
	.strictObject({...fields, ...archive, command: fields.command.optional(), preset: archive.preset.optional()})
	.meta({
		oneOf: [{required: ['command']}, {required: ['preset']}],
		if: {required: ['preset']},
		// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
		then: {propertyNames: {enum: Object.keys(archive)}},
		else: {not: {required: ['stop']}},
	});

const restore = z.strictObject({
	...fields,
	schedule: z.never({error: 'Only backup operations can be scheduled.'}).optional(),
});

/** Backup and restore of a resource. */
export const operationsSchema = z
	.strictObject({backup: backup.optional(), restore: restore.optional()})
	.meta({$comment: 'A backup with preset: archive needs volumes, and no restore.'});

/** Backup of a volume of a service. */
export const volumeBackupSchema = z.strictObject(archive);
