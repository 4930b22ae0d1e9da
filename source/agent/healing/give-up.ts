import {describeFailure} from '../../apply/containers.ts';
import {createSecretReader} from '../../apply/secret-reader.ts';
import type {Session} from '../../apply/session.ts';
import {withCrashLoop} from '../../state/crash-loop.ts';
import type {CrashLoop} from '../../state/state.ts';
import type {EnvironmentWorld} from '../duty.ts';
import type {Ailment} from './ailments.ts';

type GivenUp = {
	readonly world: Pick<EnvironmentWorld, 'settings'>;
	readonly session: Session;
	readonly ailment: Ailment;
	/** `ended 5 times in 10 minutes` */
	readonly cause: string;
};

/**
 * Stops a container that ends again and again, so that the engine does not start it again, and records why. One that hangs keeps
 * running: it may answer some requests.
 */
export async function giveUp({world, session, ailment, cause}: GivenUp): Promise<CrashLoop> {
	const {engine, state} = session;
	const {address, containerId, hasEnded} = ailment;
	if (hasEnded && containerId !== undefined) await engine.stop(containerId, world.settings.stopGraceSeconds);
	const secrets = createSecretReader(state.current);
	const {exitCode, isOutOfMemory, lastLines} = await describeFailure({engine, secrets}, containerId, cause);
	const crashLoop: CrashLoop = {at: new Date().toISOString(), cause, exitCode, isOutOfMemory, lastLines};
	await state.update(current => withCrashLoop(current, address, crashLoop));
	return crashLoop;
}

/** Forgets a crash loop that is over, because somebody started the container. */
export async function forget({state}: Session, address: string): Promise<void> {
	await state.update(current => withCrashLoop(current, address, undefined));
}
