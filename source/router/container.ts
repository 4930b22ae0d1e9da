import type {Engine, ExecOptions, ExecResult, ReadonlyEngine} from '../engine/engine.ts';
import {EngineError, UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {labels} from '../model/labels.ts';
import type {RouterOptions} from './options.ts';
import {endMark} from './scripts.ts';

export type ObservedRouter = {
	/** `foreign`: a container with this name that is not ours; it is never changed. */
	readonly state: 'missing' | 'running' | 'stopped' | 'foreign';
	readonly containerId?: string;
	/** Host addresses it is published on, such as `127.0.0.1:9080`. */
	readonly publishes?: readonly string[];
	/** Networks it is connected to. */
	readonly networks?: readonly string[];
	/** The image it runs. */
	readonly imageId?: string;
	/** Hash of its specification; see `specOf`. */
	readonly spec?: string;
};

/** Reads the current state of the router's container. */
export async function observeRouter(engine: ReadonlyEngine, options: RouterOptions): Promise<ObservedRouter> {
	const details = await engine.inspectContainer(options.name);
	// The engine also finds a container by the first digits of its id.
	if (details?.name !== options.name || details.labels[labels.router] !== 'true')
		return observeNamesake(engine, options);
	return {
		state: details.state === 'running' ? 'running' : 'stopped',
		containerId: details.id,
		publishes: details.publishedPorts,
		networks: Object.keys(details.networks),
		imageId: details.imageId,
		spec: details.labels[labels.spec],
	};
}

/** An engine that is restricted to one environment shows a foreign container only by its name. */
async function observeNamesake(engine: ReadonlyEngine, {name}: RouterOptions): Promise<ObservedRouter> {
	const found = await engine.findByName('container', name);
	return found ? {state: 'foreign', containerId: found.id} : {state: 'missing'};
}

/** Returns the id of the running router's container. Throws a UserError if the router is not running. */
export async function findRouter(engine: ReadonlyEngine, options: RouterOptions): Promise<string> {
	const {state, containerId} = await observeRouter(engine, options);
	if (state === 'foreign') throw foreignError(options);
	if (state === 'running' && containerId) return containerId;
	const what = state === 'missing' ? 'does not exist' : 'is not running';
	throw new UserError(`The router ${options.name} ${what}.`, {hint: hint`${command('apply')} starts it.`});
}

export const foreignError = ({name}: RouterOptions): UserError =>
	new UserError(`A container named ${name} exists that Compartment did not create.`, {
		hint: `Rename it: docker rename ${name} another-name`,
	});

/**
 * Runs one of our scripts as root, the owner of the volume.
 * @throws EngineError without a status if the output lacks the end mark, which is the only sign of a cut connection
 */
export async function runScript(
	engine: Pick<Engine, 'exec'>,
	containerId: string,
	script: string,
	args: readonly (string | number)[] = [],
	options: Omit<ExecOptions, 'user'> = {},
): Promise<ExecResult> {
	const command = ['sh', '-c', script, 'sh', ...args.map(String)];
	const result = await engine.exec(containerId, command, {...options, user: '0'});
	const end = `${endMark}\n`;
	if (result.stdout.endsWith(end)) return {...result, stdout: result.stdout.slice(0, -end.length)};
	// The engine says why it could not start a program. Any other end without the mark is a cut connection, for which it may
	// report an exit code as well.
	if (/OCI runtime|exec failed/i.test(result.stdout + result.stderr)) return result;
	throw new EngineError("cannot read the output of the router's script: the engine closed the connection");
}
