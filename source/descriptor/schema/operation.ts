import * as z from 'zod';
import {backupScheduleSchema} from './schedule.ts';
import {imageReference, literalEnv, nonBlank} from './text.ts';

const fields = {
	command: nonBlank.describe('Shell command that runs in a separate container.'),
	env: literalEnv.optional(),
	image: imageReference.optional().describe('Default: the image of the resource.'),
};

const backup = z.strictObject({...fields, schedule: backupScheduleSchema.optional()});

const restore = z.strictObject({
	...fields,
	schedule: z.never({error: 'Only backup operations can be scheduled.'}).optional(),
});

/** Backup and restore of a resource. */
export const operationsSchema = z.strictObject({backup: backup.optional(), restore: restore.optional()});
