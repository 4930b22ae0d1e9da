import {fileURLToPath} from 'node:url';
import {defineConfig, mergeConfig, type ViteUserConfigExport} from 'vitest/config';
import base from '../vite.config.ts';

const hour = 3_600_000;

type Long = {readonly include: readonly string[]; readonly maxWorkers: number};

/** The configuration of tests on the real engine that take too long for `npm test`. */
export const longTests = ({include, maxWorkers}: Long): ViteUserConfigExport =>
	defineConfig(async environment => {
		const {test: _test, ...shared} = await base(environment);
		return mergeConfig(shared, {
			root: fileURLToPath(new URL('..', import.meta.url)),
			test: {
				include: [...include],
				globalSetup: 'test/docker/cli-build.ts',
				maxWorkers,
				testTimeout: hour,
				hookTimeout: 120_000,
			},
		});
	});
