import {createHash} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {defineConfig} from 'vitest/config';
import {leanModules} from './scripts/lean-modules.ts';

/** Changes with everything that decides what a descriptor means, so that a new build forgets what older ones have read. */
function hashDescriptorRules(): string {
	const hash = createHash('sha256');
	for (const file of [...globSync('source/descriptor/**/*.ts').sort(), 'package-lock.json'])
		hash.update(readFileSync(file));
	return hash.digest('hex').slice(0, 16);
}

// Every file that a command loads costs half a millisecond, and without this a plan loads forty. Only what nearly every
// command needs may be in here: a chunk is loaded as a whole.
const chunks = [
	{
		name: 'first',
		test: /^\0(lean|required|stub):|source[\\/](errors|hint|render-hint|command-names|commands[\\/](broken-pipe|invocation))\.ts$/,
		priority: 5,
	},
	{
		name: 'base',
		test: /source[\\/](counted|settings|setting-rules|programs|model|output|commands[\\/]terminal|ui[\\/](approval|browse-(lookups|rows)|(log|pool)-(text|view)|stores[\\/](store|log-(buffer|pool))))|node_modules[\\/]chalk[\\/]/,
		priority: 4,
	},
	{
		name: 'engine',
		test: /source[\\/](cache-file|engine|router|state|plan|apply[\\/]begin-reading|commands[\\/]workspace)|node_modules[\\/](dockerode|docker-modem)[\\/]/,
		priority: 3,
	},
	{
		name: 'engine',
		test: /source[\\/]descriptor[\\/](load|discover|files-hash|project-cache|project|nearest|schedules|steering-names|yaml[\\/]bytes)\.ts$/,
		priority: 3,
	},
	// All that draws, but what is above because other commands use it too, and Ink's tools for its own developers.
	{
		name: 'screens',
		test: /source[\\/](ui|commands[\\/]open-dashboard)|node_modules[\\/](ink[\\/]build[\\/](?!devtools)|react[\\/])/,
		priority: 3.5,
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
					setupFiles: ['test/setup.ts'],
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				test: {
					name: 'engine',
					include: ['test/engine/**/*.test.ts', 'test/terminal/apply.test.ts', 'test/terminal/browse.test.ts'],
					setupFiles: ['test/setup.ts'],
					globalSetup: 'test/engine/cli-build.ts',
					testTimeout: 120_000,
					hookTimeout: 120_000,
				},
			},
		],
	},
}));
