import {fileURLToPath} from 'node:url';
import {defineConfig, mergeConfig} from 'vitest/config';
import base from '../../vite.config.ts';

const hour = 3_600_000;

/**
 * `npm run soak`: what takes long on the real engine because it waits, repeats, or starts many containers. Too long for
 * `npm test`.
 */
export default defineConfig(async environment => {
	const {test: _test, ...shared} = await base(environment);
	return mergeConfig(shared, {
		root: fileURLToPath(new URL('../..', import.meta.url)),
		test: {
			include: ['test/soak/**/*.soak.ts'],
			globalSetup: 'test/docker/cli-build.ts',
			maxWorkers: 2,
			testTimeout: hour,
			hookTimeout: 120_000,
		},
	});
});
