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
	test: {include: ['test/**/*.test.{ts,tsx}'], testTimeout: 20_000},
}));
