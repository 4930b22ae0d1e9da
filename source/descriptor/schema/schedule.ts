import * as z from 'zod';
import {cronFault, cronMessage, cronPattern} from '../cron.ts';
import {namePattern} from '../names.ts';
import {concurrencies} from '../project.ts';

/** Seven days, in milliseconds. */
const longestRun = 7 * 24 * 3_600_000;

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
export const scheduleSchema = z
	.strictObject({
		cron: cron.optional(),
		interval: interval.optional(),
		concurrency: z
			.enum(concurrencies)
			.optional()
			.describe(
				'When a run is due while another one is running: wait for it (forbid), stop it (replace), or start beside it (allow).',
			),
		timeoutMs: z.int().min(1000).max(longestRun).optional().describe('A scheduled run that takes longer is stopped.'),
	})
	.meta(onlyOne);

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
	.strictObject({
		cron: cron.optional(),
		interval: interval.optional(),
		retention: retention.optional(),
		store: z
			.string()
			.regex(namePattern, 'must be the name of a backup store: a-z, 0-9, _ and -, beginning with a letter or a digit')
			.optional()
			.describe('Store on another machine that gets each backup too, by its name in the settings.'),
	})
	.meta(onlyOne);
