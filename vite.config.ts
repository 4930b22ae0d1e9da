import {defineConfig} from 'vitest/config';

// dockerode requires these eagerly, although only BuildKit sessions and ssh:// hosts use them; they cost start-up time.
const unused = /^(react-devtools-core|@grpc\/grpc-js|@grpc\/proto-loader|ssh2|cpu-features)$/;
const stubUnused = {
	name: 'stub-unused',
	enforce: 'pre' as const,
	resolveId: (id: string) => (unused.test(id) ? `\0stub:${id}` : undefined),
	load: (id: string) =>
		id.startsWith('\0stub:') ? {code: 'module.exports = {}', moduleType: 'js' as const} : undefined,
};

export default defineConfig(({command}) => ({
	define: command === 'build' ? {'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"'} : {},
	// A NODE_ENV of the caller, such as that of vitest, would make this a development build.
	...(command === 'build' ? {oxc: {jsx: {runtime: 'automatic' as const, development: false}}} : {}),
	ssr: {noExternal: command === 'build' ? true : undefined},
	plugins: command === 'build' ? [stubUnused] : [],
	build: {
		ssr: 'cli.tsx',
		outDir: 'dist',
		target: 'node22',
		minify: true,
		license: true,
		// yoga-layout loads its WASM with fetch when there is one, which starts all of undici: 20 to 30 ms.
		rolldownOptions: {
			output: {banner: 'var fetch;', entryFileNames: '[name].mjs', chunkFileNames: 'chunks/[name]-[hash].mjs'},
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
					exclude: ['test/engine/**', 'test/terminal/apply.test.ts'],
					testTimeout: 20_000,
				},
			},
			{
				extends: true,
				test: {
					name: 'engine',
					include: ['test/engine/**/*.test.ts', 'test/terminal/apply.test.ts'],
					globalSetup: 'test/engine/cli-build.ts',
					testTimeout: 60_000,
					hookTimeout: 60_000,
				},
			},
		],
	},
}));
