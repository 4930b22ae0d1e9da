import * as z from 'zod';
import {nonEmpty, restartPolicies} from './text.ts';

const restart = z.strictObject({policy: z.enum(restartPolicies), maxRetries: z.int().min(1).optional()}).meta({
	if: {required: ['maxRetries']},
	// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
	then: {properties: {policy: {const: 'on-failure'}}},
});

/** How a service is started and restarted. */
export const runSchema = z
	.strictObject({command: nonEmpty.optional(), restart: restart.optional()})
	.meta({anyOf: [{required: ['command']}, {required: ['restart']}]});
