import {execFile} from 'node:child_process';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';

const image = 'compartment-test-chromium';
const run = promisify(execFile);

type Options = {
	/** What the machine of the browser has: absolute path → content. */
	readonly files?: Readonly<Record<string, string>>;
	/** What its user does in a shell before. */
	readonly commands?: readonly string[];
};

type Shown = {
	/** The document after its scripts have run; empty in place of a warning. */
	readonly page: string;
	/** May have `net_error -202` for a certificate of an authority that it does not trust. */
	readonly log: string;
};

const writeCommand = ([path, content]: readonly [string, string]): string =>
	`mkdir -p '${dirname(path)}' && echo ${Buffer.from(content).toString('base64')} | base64 -d >'${path}'`;

/** Opens a page of this machine in a headless Chromium whose user has an empty home. */
export async function openInChromium(url: string, {files = {}, commands = []}: Options = {}): Promise<Shown> {
	await run('bash', [join(import.meta.dirname, '../../scripts/images.sh'), image]);
	const script = [
		'set -e',
		'export HOME=/tmp/home && mkdir "$HOME"',
		...Object.entries(files).map(writeCommand),
		...commands,
		// Root has no sandbox in a container.
		`timeout 60 chromium-headless-shell --no-sandbox --disable-dev-shm-usage --dump-dom '${url}'`,
	];
	const opened = run('docker', ['run', '--rm', '--interactive', '--network', 'host', image, 'sh', '-s']);
	opened.child.stdin!.end(script.join('\n'));
	const {stdout, stderr} = await opened;
	return {page: stdout, log: stderr};
}
