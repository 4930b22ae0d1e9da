import * as z from 'zod';
import {cronFault, cronMessage, cronPattern} from '../cron.ts';

const cron = z
	.string()
	.regex(cronPattern, {error: cronMessage, abort: true})
	.superRefine((expression, context) => {
		const message = cronFault(expression);
		if (message) context.addIssue({code: 'custom', message});
	})
	.describe('Five fields in UTC: minute, hour, day of month, month, day of week. Example: 0 2 * * 1');

const interval = z.enum(['daily', 'hourly']);

const onlyOne = {oneOf: [{required: ['cron']}, {required: ['interval']}]};

/** When a cron service runs (added). */
export const scheduleSchema = z.strictObject({cron: cron.optional(), interval: interval.optional()}).meta(onlyOne);

const retention = z
	.strictObject({
		keepLast: z.int().min(1).optional(),
		maxAgeDays: z.int().min(1).optional(),
		includeManual: z.boolean().optional(),
	})
	.meta({
		description: 'Which scheduled backups stay. The newest good one always does.',
		anyOf: [{required: ['keepLast']}, {required: ['maxAgeDays']}],
	});

/** When a backup runs, and how long backups are kept (docs/rules.md, "One schedule"). */
export const backupScheduleSchema = z
	.strictObject({cron: cron.optional(), interval: interval.optional(), retention: retention.optional()})
	.meta(onlyOne);
