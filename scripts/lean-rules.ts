import {fileURLToPath} from 'node:url';

/** A module as another one imports it. */
export type Imported = {
	readonly id: string;
	/** The package that imports it; any module if absent. */
	readonly by?: string;
};

type Replaced = Imported & {readonly code: string};

export type Rewrite = {
	/** The package whose code it is; any if absent. */
	readonly by?: string;
	readonly text: string;
	readonly rewrite: (code: string) => string;
};

export type LeanRules = {
	readonly stubs: readonly Imported[];
	readonly replacements: readonly Replaced[];
	/** Packages that copy a built-in module, with the name of that module. */
	readonly copies: Readonly<Record<string, string>>;
	readonly rewrites: readonly Rewrite[];
};

/** A built-in module of which node loads nothing until one of its functions is called. */
const loadedOnCall = (name: string, functions: readonly string[]): string =>
	[
		...functions.map(
			each => `export const ${each} = (...args) => process.getBuiltinModule('${name}').${each}(...args);`,
		),
		`export default new Proxy({}, {get: (_, key) => process.getBuiltinModule('${name}')[key]});`,
	].join('\n');

/** Modules that nothing here calls. */
const stubs: readonly Imported[] = [
	// Ink's tools for its own developers.
	{id: 'react-devtools-core'},
	// dockerode requires these eagerly, although only its own builds and ssh:// hosts use them.
	{id: '@grpc/grpc-js'},
	{id: '@grpc/proto-loader'},
	{id: 'protobufjs'},
	{id: 'tar-fs'},
	{id: 'ssh2'},
	{id: 'zlib', by: 'dockerode'},
	// Its requests are sent by source/engine/.
	{id: 'http', by: 'docker-modem'},
	{id: 'https', by: 'docker-modem'},
	// source/certificates/ sends the requests of acme-client, in the order that it needs.
	{id: './axios', by: 'acme-client'},
	{id: './verify', by: 'acme-client'},
	{id: './auto', by: 'acme-client'},
	// commander starts subcommands that are separate programs; there are none.
	{id: 'node:child_process', by: 'commander'},
];

/** Modules of which only a part is used. */
const replacements: readonly Replaced[] = [
	{id: 'debug', code: 'module.exports = () => () => {}'},
	// signal-exit checks its caller with it.
	{id: 'assert', by: 'signal-exit', code: 'module.exports = {equal() {}}'},
	// An import of node:process reads every property of it, process.stdin included: 4 ms.
	{
		id: 'node:process',
		code: 'export default globalThis.process; export const {env} = process; export const cwd = () => process.cwd();',
	},
	// An import reads every property too, and there are parsers, differs and MIME types behind those of node:util.
	{
		id: 'node:util',
		code: `export const {
			inspect, isDeepStrictEqual, promisify, stripVTControlCharacters, types,
		} = process.getBuiltinModule('node:util');`,
	},
	// An import reads every property here as well, which loads its streams, node:fs/promises and readline.
	{
		id: 'node:fs',
		code: `const fs = process.getBuiltinModule('node:fs');
		export default fs;
		export const {
			accessSync, chmodSync, closeSync, constants, createReadStream, createWriteStream, existsSync, fchmodSync, fdatasyncSync,
			fstatSync, fsyncSync, ftruncateSync, linkSync, lstatSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync,
			readlinkSync, readSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, symlinkSync, unlinkSync, watch,
			writeFileSync, writeSync,
		} = fs;`,
	},
	{
		id: 'node:fs/promises',
		code: loadedOnCall('node:fs/promises', [
			...[
				'chmod',
				'link',
				'lstat',
				'mkdir',
				'mkdtemp',
				'open',
				'readdir',
				'readFile',
				'readlink',
				'rm',
				'stat',
				'statfs',
				'symlink',
			],
			...['access', 'unlink', 'writeFile'],
		]),
	},
	// Asks for a browser's name, and with it node loads its locks and workers.
	{id: 'environment', code: `export const isBrowser = false;`},
	{
		id: 'node:crypto',
		code: loadedOnCall('node:crypto', [
			'pbkdf2Sync',
			'createHash',
			'createHmac',
			'randomBytes',
			'randomInt',
			'randomUUID',
			'scryptSync',
			'timingSafeEqual',
		]),
	},
	{id: 'node:child_process', code: loadedOnCall('node:child_process', ['execFileSync', 'spawn', 'spawnSync'])},
];

const copies = {'readable-stream': 'node:stream'};

const clusters = fileURLToPath(new URL('../source/output/clusters.ts', import.meta.url));

const segmenter = 'new Intl.Segmenter(';
const measure = /^export default function stringWidth\(input, options = \{\}\) \{$/m;

/** What draws a screen divides texts without ICU where they are simple, as our own code does. */
const withSimpleSegments = (code: string): string =>
	`import {createSegmenter, isSimple} from ${JSON.stringify(clusters)};
${code.replace(/new Intl\.Segmenter\([^)]*\)/g, 'createSegmenter()')}`;

/** The same for what measures them. */
function withSimpleMeasure(code: string): string {
	if (!measure.test(code))
		throw new Error('string-width no longer begins its function as scripts/lean-rules.ts expects');
	const first = `if (typeof input === 'string' && isSimple(input)) return input.length;`;
	return withSimpleSegments(code.replace(measure, start => `${start}\n\t${first}`));
}

// Behind the global one are observers, histograms and timelines, which node loads when it is first named.
const clock = 'const performance = {now: () => Number(process.hrtime.bigint()) / 1e6};';

const withClock = (code: string) => `${clock}\n${code}`;

/** Code of packages that is rewritten where it contains a text. */
const rewrites: readonly Rewrite[] = [
	{by: 'string-width', text: segmenter, rewrite: withSimpleMeasure},
	{text: segmenter, rewrite: withSimpleSegments},
	{by: 'ink', text: 'performance.now', rewrite: withClock},
	{by: 'scheduler', text: 'performance.now', rewrite: withClock},
];

/** What the build replaces, so that a command starts sooner. */
export const leanRules: LeanRules = {stubs, replacements, copies, rewrites};
