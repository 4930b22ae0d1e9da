import {createHash} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {defineConfig} from 'vitest/config';

// dockerode requires these eagerly, although only its own builds and ssh:// hosts use them; they cost start-up time.
const unused = /^(react-devtools-core|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|ssh2|cpu-features)$/;

// commander starts subcommands that are programs of their own, dockerode packs build contexts: neither happens here.
const isUnusedBy = (id: string, importer: string): boolean =>
	(id === 'node:child_process' && importer.includes('commander')) || (id === 'zlib' && importer.includes('dockerode'));

// An import of node:process reads every property of it, process.stdin included: 4 ms.
const globalProcess =
	'export default globalThis.process; export const {env} = process; export const cwd = () => process.cwd();';

// The transport requires both at once; loading TLS takes 5 ms, and most engines are behind a local socket.
const lazyHttps = `module.exports = {
	get globalAgent() { return process.getBuiltinModule('node:https').globalAgent; },
	request: (...args) => process.getBuiltinModule('node:https').request(...args),
}`;

/** Changes with everything that decides what a descriptor means, so that a new build forgets what older ones have read. */
function hashDescriptorRules(): string {
	const hash = createHash('sha256');
	for (const file of [...globSync('source/descriptor/**/*.ts').sort(), 'package-lock.json'])
		hash.update(readFileSync(file));
	return hash.digest('hex').slice(0, 16);
}

/** Replaces modules that cost start-up time and give nothing. */
const leanModules = {
	name: 'lean-modules',
	enforce: 'pre' as const,
	resolveId(id: string, importer: string | undefined, {kind}: {kind?: string}) {
		if (unused.test(id)) return `\0stub:${id}`;
		if (importer && isUnusedBy(id, importer)) return `\0stub:${id}`;
		if (id === 'debug') return '\0silent';
		if (id === 'https' && importer?.includes('docker-modem')) return '\0lazy-https';
		// The copy that the transport brings along does what the built-in one does.
		if (id === 'readable-stream') return {id: 'node:stream', external: true};
		if (id === 'node:process' && kind !== 'require-call') return '\0global-process';
	},
	load(id: string) {
		if (id.startsWith('\0stub:')) return {code: 'module.exports = {}', moduleType: 'js' as const};
		if (id === '\0silent') return {code: 'module.exports = () => () => {}', moduleType: 'js' as const};
		if (id === '\0lazy-https') return {code: lazyHttps, moduleType: 'js' as const};
		if (id === '\0global-process') return {code: globalProcess, moduleType: 'js' as const};
	},
};

// Every file that a command loads costs half a millisecond, and without this a plan loads forty. Only what nearly every
// command needs may be in here: a chunk is loaded as a whole.
const chunks = [
	{name: 'errors', test: /source[\\/]errors\.ts$/, priority: 5},
	{
		name: 'base',
		test: /source[\\/](settings|setting-rules|model|output|commands[\\/]terminal)|node_modules[\\/]chalk[\\/]/,
		priority: 4,
	},
	{
		name: 'engine',
		test: /source[\\/](engine|router|state|plan|apply[\\/]begin-reading|commands[\\/]workspace)|node_modules[\\/](dockerode|docker-modem)[\\/]/,
		priority: 3,
	},
	{
		name: 'engine',
		test: /source[\\/]descriptor[\\/](load|discover|files-hash|project-cache|project|nearest|yaml[\\/]bytes)\.ts$/,
		priority: 3,
	},
	{name: 'descriptor', test: /source[\\/]descriptor[\\/]|node_modules[\\/](yaml|zod)[\\/]/, priority: 2},
	{name: 'planning', test: /source[\\/](build[\\/]plan-build|apply[\\/]refresh)\.ts$/, priority: 1},
];

export default defineConfig(({command}) => ({
	define:
		command === 'build'
			? {
					'process.env.NODE_ENV': '"production"',
					'process.env.DEV': '"false"',
					'process.env.COMPARTMENT_BUILD': JSON.stringify(hashDescriptorRules()),
				}
			: {},
	// A NODE_ENV of the caller, such as that of vitest, would make this a development build.
	...(command === 'build' ? {oxc: {jsx: {runtime: 'automatic' as const, development: false}}} : {}),
	ssr: {noExternal: command === 'build' ? true : undefined},
	plugins: command === 'build' ? [leanModules] : [],
	build: {
		ssr: 'cli.tsx',
		outDir: 'dist',
		target: 'node22',
		minify: true,
		license: true,
		rolldownOptions: {
			output: {
				// yoga-layout loads its WASM with fetch when there is one, which starts all of undici: 20 to 30 ms.
				banner: 'var fetch;',
				entryFileNames: '[name].mjs',
				chunkFileNames: 'chunks/[name]-[hash].mjs',
				codeSplitting: {groups: chunks},
			},
		},
	},
	test: {
		maxWorkers: 2,
		projects: [
			{
				extends: true,
				test: {
					name: 'unit',
					include: ['test/**/*.test.{ts,tsx}'],
					exclude: ['test/engine/**', 'test/terminal/apply.test.ts', 'test/terminal/browse.test.ts'],
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				test: {
					name: 'engine',
					include: ['test/engine/**/*.test.ts', 'test/terminal/apply.test.ts', 'test/terminal/browse.test.ts'],
					globalSetup: 'test/engine/cli-build.ts',
					testTimeout: 120_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
}));
