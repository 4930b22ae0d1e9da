import type {Engine, ReadonlyEngine} from '../../source/engine/engine.ts';
import type {Method} from '../../source/engine/memory-calls.ts';

/** A call that the port has beyond those of a `ReadonlyEngine`. */
export type ChangingCall = Exclude<keyof Engine, keyof ReadonlyEngine>;

/**
 * Every such call of the port, with what its connection is cut at: `apply` for the scenarios of `unknown-outcome.test.ts`,
 * else why no command of them makes it. A new call does not compile without an entry.
 */
const known: Readonly<Record<ChangingCall, 'apply' | `none: ${string}`>> = {
	createNetwork: 'apply',
	removeNetwork: 'apply',
	createVolume: 'apply',
	removeVolume: 'apply',
	hasBuildKit: 'none: it changes nothing',
	pullImage: 'apply',
	buildImage: 'apply',
	tagImage: 'apply',
	logIn: 'none: the engine tries credentials and stores nothing',
	pruneBuildCache: 'none: the agent does it again a while later',
	removeImage: 'apply',
	run: 'apply',
	create: 'apply',
	start: 'apply',
	stop: 'apply',
	rename: 'apply',
	setRestart: 'apply',
	remove: 'apply',
	wait: 'apply',
	join: 'apply',
	leave: 'apply',
	exec: 'apply',
	writeFiles: 'apply',
	writeArchive: 'apply',
};

/** The calls at which the scenarios cut the connection. */
export const cutCalls = (Object.keys(known) as ChangingCall[]).filter(call => known[call] === 'apply');

export const isChanging = (method: Method): boolean => cutCalls.some(call => call === method);
