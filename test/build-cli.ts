import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/**
 * Builds the command line into a separate folder: dist/ may be rebuilt while tests run, and its chunks would then have
 * other names.
 */
export function buildCli(): {readonly cli: string; readonly remove: () => void} {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-cli-'));
	const root = fileURLToPath(new URL('..', import.meta.url));
	const vite = join(root, 'node_modules/vite/bin/vite.js');
	execFileSync(process.execPath, [vite, 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', folder], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	return {cli: join(folder, 'cli.mjs'), remove: () => rmSync(folder, {recursive: true, force: true})};
}
