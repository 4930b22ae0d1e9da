import {databaseOf, describeDatabase} from '../descriptor/presets/one-time.ts';
import type {Env} from './values.ts';

type Container = {readonly preset?: string | undefined; readonly image: string; readonly env: Env};

/** The variables with which a known database initialises its volume once; empty for other images. */
export function initialisingEnv({preset, image, env}: Container): Env {
	const database = databaseOf({image, ...(preset === undefined ? {} : {preset})});
	if (!database) return {};
	const {keys} = describeDatabase(database);
	return Object.fromEntries(Object.entries(env).filter(([key]) => keys.includes(key)));
}
