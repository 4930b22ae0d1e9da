import {readFile} from 'node:fs/promises';
import {z} from 'zod';
import {replaceCacheFile} from '../cache-file.ts';
import type {Manifest} from './manifest.ts';

const texts = z.record(z.string(), z.string());
const detectedSchema = z.object({stack: z.string(), versions: texts, commands: texts, text: z.string()});

const manifestSchema = z.object({
	format: z.literal(1),
	inputs: z.object({
		builder: z.string(),
		dockerfile: z.string(),
		target: z.string().nullable(),
		args: z.record(z.string(), z.string()),
		bases: z.record(z.string(), z.string().nullable()),
		detected: detectedSchema.optional(),
	}),
	files: z.array(z.tuple([z.string(), z.string()])),
});

/** Reads a manifest; undefined if there is none, or none that this version understands. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
	try {
		const {inputs, files} = manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')));
		return {inputs, files: new Map(files)};
	} catch {
		// The manifest only explains a rebuild; the build key in the state decides.
		return undefined;
	}
}

/** Replaces a manifest file (0600). A failed write does not fail the build; the next plan just explains less. */
export function writeManifest(file: string, {inputs, files}: Manifest): void {
	try {
		replaceCacheFile(file, JSON.stringify({format: 1, inputs, files: [...files]}));
	} catch {}
}
