import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {TestProject} from 'vitest/node';

declare module 'vitest' {
	interface ProvidedContext {
		/** The built command line, `cli.mjs`. */
		readonly cli: string;
	}
}

/**
 * Builds the command line once for the whole run, into a separate folder: dist/ may be rebuilt while tests run, and
 * its chunks would then have other names.
 */
export default function buildCli(project: TestProject): () => void {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-cli-'));
	const root = fileURLToPath(new URL('../..', import.meta.url));
	const vite = join(root, 'node_modules/vite/bin/vite.js');
	execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', folder], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	project.provide('cli', join(folder, 'cli.mjs'));
	return () => rmSync(folder, {recursive: true, force: true});
}
