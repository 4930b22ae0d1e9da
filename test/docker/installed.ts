import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Packed = {
	readonly filename: string;
	/** Bytes, compressed. */
	readonly size: number;
	readonly files: readonly {readonly path: string}[];
};

const npm = (args: readonly string[], cwd: string): string =>
	execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd,
		encoding: 'utf8',
		stdio: ['ignore', 'pipe', 'ignore'],
	});

/** The package as it is published, installed as a user installs it. `remove` deletes it. */
export function installPackage() {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-package-'));
	const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)) as [
		Packed,
	];
	const prefix = join(folder, 'prefix');
	// Everything is in the package, so nothing is fetched.
	npm(['install', '--global', '--offline', '--prefix', prefix, join(folder, packed.filename)], folder);
	return {
		packed,
		/** Where it was installed. */
		installed: join(prefix, 'lib/node_modules/compartment'),
		bin: join(prefix, 'bin/compartment'),
		/** Fetches a version of Node, such as `22`. Returns its program. */
		fetchNode(major: string): string {
			const place = join(folder, `node-${major}`);
			npm(['install', '--prefix', place, '--no-save', `node@${major}`], folder);
			return join(place, 'node_modules/node/bin/node');
		},
		remove: () => rmSync(folder, {recursive: true, force: true}),
	};
}
