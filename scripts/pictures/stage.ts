import {cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import type xterm from '@xterm/headless';
import {removeLeftovers} from '../../test/docker/cli-cleaner.ts';
import {openTerminal, type TestTerminal} from '../../test/terminal/terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

type Size = {readonly columns: number; readonly rows: number};

/** A project with its own router and settings, for frames that look the same on every machine. */
export type Stage = {
	readonly folder: string;
	/** The router's port on this machine. */
	readonly port: number;
	/** Runs the built command line in a terminal, below the line that a user would have typed. */
	readonly open: (args: readonly string[], size: Size) => TestTerminal;
	/** The screen when it no longer changes, without trailing empty lines. */
	readonly still: (terminal: TestTerminal) => Promise<xterm.Terminal>;
	/** Removes everything that was created. */
	readonly [Symbol.asyncDispose]: () => Promise<void>;
};

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await new Promise(resolve => server.once('listening', resolve));
	const {port} = server.address() as {port: number};
	await new Promise(resolve => server.close(resolve));
	return port;
}

/**
 * Copies an example under another name.
 * @param project must not exist on this engine
 */
export async function openStage(example: string, project: string): Promise<Stage> {
	const home = mkdtempSync(join(tmpdir(), 'compartment-pictures-'));
	const folder = join(home, project);
	const router = 'compartment-pictures';
	cpSync(join(root, 'examples', example), folder, {
		recursive: true,
		filter: source => !source.split('/').includes('.compartment'),
	});
	const descriptor = join(folder, 'compartment.yml');
	writeFileSync(descriptor, readFileSync(descriptor, 'utf8').replace(/^name: .*$/m, `name: ${project}`));
	const config = join(home, 'config');
	mkdirSync(config, {mode: 0o700});
	const port = await freePort();
	const env = {
		COMPARTMENT_CONFIG_HOME: config,
		COMPARTMENT_ROUTER_NAME: router,
		COMPARTMENT_ROUTER_PORT: String(port),
		COMPARTMENT_ROUTER_TLS_PORT: String(await freePort()),
		COMPARTMENT_NETWORK_POOL: '10.214.0.0/20',
	};
	return {
		folder,
		port,
		open(args, size) {
			const cli = process.env['PICTURES_CLI'] ?? join(root, 'dist/cli.mjs');
			const terminal = openTerminal(process.execPath, [cli, ...args], {...size, cwd: folder, env});
			terminal.screen.write(`$ compartment ${args.join(' ')}\r\n`);
			return terminal;
		},
		async still(terminal) {
			for (let before = ''; before !== terminal.written(); await sleep(300)) before = terminal.written();
			const {screen, text} = terminal;
			const used = text().trimEnd().split('\n').length;
			// A terminal without room for the cursor line would scroll.
			screen.resize(screen.cols, Math.max(used, screen.buffer.active.cursorY + 1));
			return screen;
		},
		[Symbol.asyncDispose]: () => removeLeftovers({project, router, folder: home}),
	};
}
