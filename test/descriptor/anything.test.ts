import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, expect, it} from 'vitest';
import {loadProject} from '../../source/descriptor/load.ts';
import {UserError} from '../../source/errors.ts';
import {yamlLike} from './arbitrary.ts';

const folder = mkdtempSync(join(tmpdir(), 'anything-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Loading gives a project or a UserError, whatever the bytes are. */
const survives = async (descriptor: Uint8Array | string, routes: Uint8Array | string): Promise<void> => {
	writeFileSync(join(folder, 'compartment.yml'), descriptor);
	writeFileSync(join(folder, 'compartment.routes.yml'), routes);
	try {
		expect((await loadProject(folder)).name).toMatch(/^[a-z]/);
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
	}
};

it('loading survives any bytes', async () => {
	await fc.assert(fc.asyncProperty(fc.uint8Array({maxLength: 300}), fc.uint8Array({maxLength: 100}), survives), {
		numRuns: 500,
	});
});

it('loading survives any text', async () => {
	await fc.assert(fc.asyncProperty(fc.string({unit: 'binary'}), fc.string({unit: 'grapheme'}), survives), {
		numRuns: 500,
	});
});

it('loading survives any document that is almost a descriptor', async () => {
	await fc.assert(fc.asyncProperty(yamlLike, yamlLike, survives), {numRuns: 1500});
});
