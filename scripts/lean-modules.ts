import {isBuiltin} from 'node:module';
import {fileURLToPath} from 'node:url';

// dockerode requires these eagerly, although only its own builds and ssh:// hosts use them; they cost start-up time.
const unused = /^(react-devtools-core|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|ssh2|cpu-features)$/;

// commander can run subcommands as separate programs, and dockerode packs build contexts; we use neither.
const isUnusedBy = (id: string, importer: string): boolean =>
	(id === 'node:child_process' && importer.includes('commander')) || (id === 'zlib' && importer.includes('dockerode'));

/** A built-in module that node loads only when one of its functions is called. */
const loadedOnCall = (name: string, functions: readonly string[]): string =>
	[
		...functions.map(
			each => `export const ${each} = (...args) => process.getBuiltinModule('${name}').${each}(...args);`,
		),
		`export default new Proxy({}, {get: (_, key) => process.getBuiltinModule('${name}')[key]});`,
	].join('\n');

/** Replacement code by module name. */
const replacements: Readonly<Record<string, string>> = {
	debug: 'module.exports = () => () => {}',
	// Used by signal-exit to check its caller.
	assert: 'module.exports = {equal() {}}',
	// Importing node:process reads all its properties, including process.stdin: 4 ms.
	'node:process':
		'export default globalThis.process; export const {env} = process; export const cwd = () => process.cwd();',
	// Importing node:util reads all its properties too, which loads parsers, differs and MIME types.
	'node:util': `export const {
		inspect, isDeepStrictEqual, promisify, stripVTControlCharacters, types,
	} = process.getBuiltinModule('node:util');`,
	// docker-modem requires both; loading TLS takes 5 ms, and most engines are behind a local socket.
	https: `module.exports = {
		get globalAgent() { return process.getBuiltinModule('node:https').globalAgent; },
		request: (...args) => process.getBuiltinModule('node:https').request(...args),
	}`,
	// Reads navigator, which makes node load its locks and workers.
	environment: `export const isBrowser = false;`,
	'node:crypto': loadedOnCall('node:crypto', [
		'pbkdf2Sync',
		'createHash',
		'createHmac',
		'randomBytes',
		'randomInt',
		'randomUUID',
		'scryptSync',
		'timingSafeEqual',
	]),
	'node:child_process': loadedOnCall('node:child_process', ['execFileSync', 'spawn', 'spawnSync']),
};

function replacementOf(id: string, importer: string, kind: string | undefined): string | undefined {
	if (id === 'https') return importer.includes('docker-modem') ? id : undefined;
	if (id === 'assert') return importer.includes('signal-exit') ? id : undefined;
	// require returns the module itself, and only the used properties are read. A later import costs only when it runs.
	if (id.startsWith('node:') && kind !== 'import-statement') return undefined;
	return replacements[id] && id;
}

const clusters = fileURLToPath(new URL('../source/output/clusters.ts', import.meta.url));

const segmenting = /new Intl\.Segmenter\([^)]*\)/g;
const measured = /^export default function stringWidth\(input, options = \{\}\) \{$/m;

/** Ink's dependencies split and measure simple texts without ICU, as our own code does. */
function withSimpleTexts(code: string, id: string): string {
	const divided = code.replace(segmenting, 'createSegmenter()');
	const isMeasure = id.includes('/string-width/');
	if (isMeasure && !measured.test(divided)) throw new Error(`cannot patch ${id}: its source has changed`);
	const fast = isMeasure
		? divided.replace(
				measured,
				start => `${start}\n\tif (typeof input === 'string' && isSimple(input)) return input.length;`,
			)
		: divided;
	return `import {createSegmenter, isSimple} from ${JSON.stringify(clusters)};\n${fast}`;
}

// The global `performance` makes node load observers, histograms and timelines on first use.
const clock = 'const performance = {now: () => Number(process.hrtime.bigint()) / 1e6};';
const readsTheClock = (code: string, id: string): boolean =>
	/\/node_modules\/(ink|scheduler)\//.test(id) && code.includes('performance.now');

/** Replaces modules that cost start-up time without being used. */
export const leanModules = {
	name: 'lean-modules',
	enforce: 'pre' as const,
	resolveId(id: string, importer: string | undefined, {kind}: {kind?: string}) {
		if (unused.test(id)) return `\0stub:${id}`;
		if (importer && isUnusedBy(id, importer)) return `\0stub:${id}`;
		// docker-modem's own copy does the same as the built-in one.
		if (id === 'readable-stream') return {id: 'node:stream', external: true};
		const replaced = replacementOf(id, importer ?? '', kind);
		if (replaced !== undefined) return `\0lean:${replaced}`;
		if (kind === 'require-call' && isBuiltin(id)) return `\0required:${id}`;
	},
	load(id: string) {
		if (id.startsWith('\0stub:')) return {code: 'module.exports = {}', moduleType: 'js' as const};
		// A separate `require` would make node load its CommonJS loader.
		if (id.startsWith('\0required:'))
			return {code: `module.exports = process.getBuiltinModule('${id.slice(10)}')`, moduleType: 'js' as const};
		if (id.startsWith('\0lean:')) return {code: replacements[id.slice(6)]!, moduleType: 'js' as const};
	},
	transform(code: string, id: string) {
		if (!id.includes('/node_modules/')) return undefined;
		if (code.includes('new Intl.Segmenter(')) return {code: withSimpleTexts(code, id), map: null};
		if (readsTheClock(code, id)) return {code: `${clock}\n${code}`, map: null};
	},
};
