import type {Engine} from '../engine/engine.ts';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {findRouter, observeRouter, runScript} from './container.ts';
import type {RouterOptions} from './options.ts';
import {assertSafe} from './safe-names.ts';
import {challengesScript, commitExits} from './scripts.ts';

/** What the router answers at `/.well-known/acme-challenge/TOKEN` of every host. */
export type Challenge = {
	readonly token: string;
	/** The key authorization, `TOKEN.THUMBPRINT`. Not secret. */
	readonly answer: string;
};

/**
 * Makes the router answer http-01 challenges, on its port for requests and on that for TLS, without a reload. They stay
 * until they are removed, a day at most, and over restarts. Adding one again replaces it.
 * @throws UserError if the router is not running, or of a release that answers none
 */
export async function addChallenges(
	engine: Engine,
	options: RouterOptions,
	challenges: readonly Challenge[],
	signal?: AbortSignal,
): Promise<void> {
	for (const {token, answer} of challenges) {
		assertSafe('token', token);
		assertSafe('answer', answer);
	}
	if (challenges.length === 0) return;
	const containerId = await findRouter(engine, options);
	const args = challenges.flatMap(({token, answer}) => [token, answer]);
	await change(engine, containerId, ['add', ...args], signal);
}

/** Removes answers; those that are gone already are no error. A router that does not run is left as it is. */
export async function removeChallenges(
	engine: Engine,
	options: RouterOptions,
	tokens: readonly string[],
	signal?: AbortSignal,
): Promise<void> {
	for (const token of tokens) assertSafe('token', token);
	if (tokens.length === 0) return;
	const {state, containerId} = await observeRouter(engine, options);
	if (state === 'running' && containerId) await change(engine, containerId, ['remove', ...tokens], signal);
}

async function change(engine: Engine, containerId: string, args: readonly string[], signal?: AbortSignal) {
	const {exitCode, stderr} = await runScript(engine, containerId, challengesScript, args, {signal});
	if (exitCode === 0) return;
	if (exitCode === commitExits.locked)
		throw new UserError("Another process has held the router's lock for 20 s.", {hint: 'Try again in a moment.'});
	if (exitCode === commitExits.invalid)
		throw new UserError(`The router does not answer challenges: ${stderr.trim()}`, {
			hint: hint`${command('apply')} brings it up to date.`,
		});
	throw new UserError(`Cannot change the router's challenges (exit code ${exitCode}): ${stderr.trim()}`);
}
