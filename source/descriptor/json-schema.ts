import * as z from 'zod';
import {descriptorSchema} from './schema/descriptor.ts';
import {routesSchema} from './schema/routes.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const toJson = (schema: z.ZodType, title: string): JsonSchema => {
	const {$schema, ...rest} = z.toJSONSchema(schema, {io: 'input', target: 'draft-2020-12'});
	return {$schema, title, ...rest};
};

/**
 * JSON Schema (draft 2020-12) of compartment.yml for editors and other tools. It agrees with the loader except for
 * references between names and arithmetic limits, each noted in a `$comment`.
 */
export const descriptorJsonSchema = (): JsonSchema => toJson(descriptorSchema, 'compartment.yml');

/** JSON Schema (draft 2020-12) of compartment.routes.yml. */
export const routesJsonSchema = (): JsonSchema => toJson(routesSchema, 'compartment.routes.yml');
