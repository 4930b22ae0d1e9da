import * as z from 'zod';
import {bytesOf, memoryPattern, minimumMemory} from '../memory.ts';

/** A relative path. That it stays inside the repository is checked later, when the root is known. */
export const localPath = (field: string) =>
	z
		.string()
		.min(1)
		.regex(/^(?![/\\]|[A-Za-z]:)/, `${field} must be relative to the directory containing compartment.yml.`)
		.regex(/^[^\\]*$/, `${field} must use / between folders.`);

/** A DNS host name of at least two labels. */
export const hostName = z
	.string()
	.max(253)
	.regex(
		/^(?=.*[A-Za-z])([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/,
		'must be a DNS host name, for example shop.example.com',
	);

const memory = z
	.union([
		z.string().regex(memoryPattern, {error: 'must be a size such as 512m or 1.5g, or bytes', abort: true}),
		z.int().meta({minimum: minimumMemory}),
	])
	.refine(size => bytesOf(size) >= minimumMemory, 'must be at least 6m, the minimum of the engine')
	.meta({description: 'Bytes, or a size such as 512m.', $comment: 'At least 6m.'});

/** What one container may use (added). */
export const limitsSchema = z
	.strictObject({
		cpu: z.number().gt(0).max(1024).optional().describe('Cores, for example 0.5.'),
		memory: memory.optional(),
		pids: z.int().min(16).max(4_194_304).optional().describe('Processes and threads, 4096 when absent.'),
	})
	.meta({minProperties: 1});
