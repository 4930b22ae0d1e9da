import {isBuiltin} from 'node:module';
import {fileURLToPath} from 'node:url';

// dockerode requires these eagerly, although only its own builds and ssh:// hosts use them; they cost start-up time.
const unused = /^(react-devtools-core|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|ssh2|cpu-features)$/;

// commander starts subcommands that are programs of their own, dockerode packs build contexts: neither happens here.
const isUnusedBy = (id: string, importer: string): boolean =>
	(id === 'node:child_process' && importer.includes('commander')) || (id === 'zlib' && importer.includes('dockerode'));

/** A built-in module of which node loads nothing until one of its functions is called. */
const loadedOnCall = (name: string, functions: readonly string[]): string =>
	[
		...functions.map(
			each => `export const ${each} = (...args) => process.getBuiltinModule('${name}').${each}(...args);`,
		),
		`export default new Proxy({}, {get: (_, key) => process.getBuiltinModule('${name}')[key]});`,
	].join('\n');

/** Code that stands in for a module, by its name. */
const replacements: Readonly<Record<string, string>> = {
	debug: 'module.exports = () => () => {}',
	// signal-exit checks its caller with it.
	assert: 'module.exports = {equal() {}}',
	// An import of node:process reads every property of it, process.stdin included: 4 ms.
	'node:process':
		'export default globalThis.process; export const {env} = process; export const cwd = () => process.cwd();',
	// An import reads every property too, and there are parsers, differs and MIME types behind those of node:util.
	'node:util': `export const {
		inspect, isDeepStrictEqual, promisify, stripVTControlCharacters, types,
	} = process.getBuiltinModule('node:util');`,
	// The transport requires both at once; loading TLS takes 5 ms, and most engines are behind a local socket.
	https: `module.exports = {
		get globalAgent() { return process.getBuiltinModule('node:https').globalAgent; },
		request: (...args) => process.getBuiltinModule('node:https').request(...args),
	}`,
	// Asks for a browser's name, and with it node loads its locks and workers.
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
	// What is required is the module itself, of which only what is used is read; what is imported later may cost then.
	if (id.startsWith('node:') && kind !== 'import-statement') return undefined;
	return replacements[id] && id;
}

const clusters = fileURLToPath(new URL('../source/output/clusters.ts', import.meta.url));

const segmenting = /new Intl\.Segmenter\([^)]*\)/g;
const measured = /^export default function stringWidth\(input, options = \{\}\) \{$/m;

/** What draws a screen divides and measures texts without ICU where they are simple, as our own code does. */
function withSimpleTexts(code: string, id: string): string {
	const divided = code.replace(segmenting, 'createSegmenter()');
	const isMeasure = id.includes('/string-width/');
	if (isMeasure && !measured.test(divided)) throw new Error(`${id} is written in another way now`);
	const fast = isMeasure
		? divided.replace(
				measured,
				start => `${start}\n\tif (typeof input === 'string' && isSimple(input)) return input.length;`,
			)
		: divided;
	return `import {createSegmenter, isSimple} from ${JSON.stringify(clusters)};\n${fast}`;
}

// Behind the global one stand observers, histograms and timelines, which node loads when it is first named.
const clock = 'const performance = {now: () => Number(process.hrtime.bigint()) / 1e6};';
const readsTheClock = (code: string, id: string): boolean =>
	/\/node_modules\/(ink|scheduler)\//.test(id) && code.includes('performance.now');

/** Replaces modules that cost start-up time and give nothing. */
export const leanModules = {
	name: 'lean-modules',
	enforce: 'pre' as const,
	resolveId(id: string, importer: string | undefined, {kind}: {kind?: string}) {
		if (unused.test(id)) return `\0stub:${id}`;
		if (importer && isUnusedBy(id, importer)) return `\0stub:${id}`;
		// The copy that the transport brings along does what the built-in one does.
		if (id === 'readable-stream') return {id: 'node:stream', external: true};
		const replaced = replacementOf(id, importer ?? '', kind);
		if (replaced !== undefined) return `\0lean:${replaced}`;
		if (kind === 'require-call' && isBuiltin(id)) return `\0required:${id}`;
	},
	load(id: string) {
		if (id.startsWith('\0stub:')) return {code: 'module.exports = {}', moduleType: 'js' as const};
		// A `require` of its own would cost node its loader for them.
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
