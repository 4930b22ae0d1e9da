import {createHash} from 'node:crypto';
import {globSync, readFileSync} from 'node:fs';
import {defineConfig} from 'vitest/config';
import {chunkGroups} from './scripts/chunks.ts';
import {leanModules} from './scripts/lean-modules.ts';
import {isThroughSsh, localEngineFiles} from './test/docker/local-engine-only.ts';

/** Changes with everything that decides what a descriptor means, so that a new build forgets what older ones have read. */
function hashDescriptorRules(): string {
	const hash = createHash('sha256');
	for (const file of [...globSync('source/descriptor/**/*.ts').sort(), 'package-lock.json'])
		hash.update(readFileSync(file));
	return hash.digest('hex').slice(0, 16);
}

/** Tests on a real engine. */
const onEngine = (name: string, include: string) => ({
	extends: true as const,
	test: {
		name,
		include: [include],
		// `npm run test:ssh`
		exclude: isThroughSsh() ? [...localEngineFiles] : [],
		setupFiles: ['test/setup.ts'],
		globalSetup: ['test/docker/through-ssh.ts', 'test/docker/cli-build.ts'],
		testTimeout: 120_000,
		hookTimeout: 120_000,
	},
});

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
	plugins: command === 'build' ? [leanModules()] : [],
	build: {
		ssr: 'cli.tsx',
		outDir: 'dist',
		target: 'node22',
		minify: true,
		license: {fileName: 'licenses.md'},
		rolldownOptions: {
			output: {
				// yoga-layout loads its WASM with fetch when there is one, which starts all of undici: 20 to 30 ms (docs/performance.md).
				banner: 'var fetch;',
				entryFileNames: '[name].mjs',
				chunkFileNames: 'chunks/[name]-[hash].mjs',
				codeSplitting: {groups: command === 'build' ? chunkGroups() : []},
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
					exclude: ['test/docker/**'],
					setupFiles: ['test/setup.ts'],
					// Some count work over a whole megabyte, or read the whole source: seconds, on a busy machine many.
					testTimeout: 60_000,
				},
			},
			onEngine('docker', 'test/docker/**/*.test.ts'),
			// `npm run test:long`, which `npm test` leaves out.
			onEngine('long', 'test/docker/**/*.long.ts'),
		],
	},
}));
