import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {readOnDisk} from '../../source/state/on-disk.ts';
import type {State} from '../../source/state/state.ts';
import type {Sandbox} from './cli.ts';

type Options = NonNullable<Parameters<Sandbox['run']>[1]>;

/** Another person, or another machine, that works on a sandbox's project: a clone of its folder, and settings of its own. */
export type Client = Pick<Sandbox, 'run' | 'succeed' | 'start'> & {
	readonly folder: string;
	readonly config: string;
	readonly env: Readonly<Record<string, string>>;
	readonly state: (environment?: string) => State;
	/** Makes the folder a new clone. */
	readonly cloneAgain: () => void;
	/** Brings the sources up to date, as a pull does. */
	readonly cloneSources: () => void;
};

/** Makes a client beside a sandbox, which is removed with it. @param name of its folder @param place what all its commands get */
export function addClient(sandbox: Sandbox, name: string, place: Pick<Options, 'host' | 'env'> = {}): Client {
	const home = dirname(sandbox.folder);
	const folder = join(home, name, 'project');
	const config = join(home, name, 'config');
	mkdirSync(config, {recursive: true, mode: 0o700});
	const cloneSources = () =>
		cpSync(sandbox.folder, folder, {recursive: true, filter: path => !path.includes('/.compartment')});
	const cloneAgain = () => {
		rmSync(folder, {recursive: true, force: true});
		cloneSources();
	};
	cloneAgain();
	writeFileSync(join(config, 'settings.json'), readFileSync(join(home, 'config', 'settings.json')));
	const env = {...place.env, HOME: dirname(folder), COMPARTMENT_CONFIG_HOME: config};
	const inFolder = (options: Options = {}) => ({cwd: folder, ...place, ...options, env: {...env, ...options.env}});
	return {
		folder,
		config,
		env,
		cloneAgain,
		cloneSources,
		run: (args, options) => sandbox.run(args, inFolder(options)),
		succeed: (args, options) => sandbox.succeed(args, inFolder(options)),
		start: (args, options) => sandbox.start(args, inFolder(options)),
		state: (environment = 'production') =>
			readOnDisk(join(folder, '.compartment', environment), {...sandbox.env, ...env})!.state,
	};
}
