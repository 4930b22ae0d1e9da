import * as z from 'zod';
import {namePattern, projectNamePattern} from '../names.ts';
import {resourceSchema} from './resource.ts';
import {serviceSchema} from './service.ts';

const name = z
	.string()
	.regex(projectNamePattern)
	.refine(text => text !== 'create', {error: ({input}) => `Project name "${String(input)}" is reserved.`})
	.meta({not: {const: 'create'}, description: 'Name of the project: a slug that starts with a letter.'});

const entryName = z.string().regex(namePattern);

/** compartment.yml as a whole (docs/rules.md, "All problems at once"). */
export const descriptorSchema = z
	.strictObject({
		name,
		services: z
			.record(entryName, serviceSchema)
			.refine(services => Object.keys(services).length > 0, 'At least one service is required.')
			.meta({minProperties: 1}),
		resources: z.record(entryName, resourceSchema).optional(),
	})
	.meta({$comment: 'A resource may not have the name of a service.'});

export type DescriptorInput = z.output<typeof descriptorSchema>;
