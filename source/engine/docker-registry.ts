import {EngineError} from '../errors.ts';
import {keyOf} from '../registries/registry-name.ts';
import {type Connection, readAnswer} from './docker-connection.ts';
import type {Engine} from './engine.ts';
import {askRegistry, explainRefusal} from './registry-access.ts';

/** How long a plan waits for a registry, in milliseconds. */
const digestDeadlineMs = 5000;

type Distribution = {readonly Descriptor?: {readonly digest?: string}};

/** What the engine asks registries for, besides pulls. */
export function createRegistryCalls(connection: Connection): Pick<Engine, 'resolveDigest' | 'logIn'> {
	const {docker, attempt} = connection;

	const readDistribution = async (task: string, reference: string, authorization: string | undefined) => {
		const signal = AbortSignal.timeout(digestDeadlineMs);
		const path = `/distribution/${reference}/json`;
		try {
			return await attempt(task, () => readAnswer(connection, path, {authorization, signal}), {signal});
		} catch (error) {
			if (!signal.aborted) throw error;
			throw new EngineError(`cannot ${task}: timeout after ${digestDeadlineMs / 1000} s`, {isAnswered: true});
		}
	};

	return {
		resolveDigest: async reference => {
			const task = `look up image ${reference}`;
			const ask = (authorization: string | undefined) => readDistribution(task, reference, authorization);
			const {text} = await askRegistry({task, reference}, ask);
			const {Descriptor} = JSON.parse(text) as Distribution;
			if (Descriptor?.digest) return Descriptor.digest;
			throw new EngineError(`cannot ${task}: the engine gave no digest`, {isAnswered: true});
		},

		logIn: async (host, {username, password}) => {
			const task = `log in to ${host}`;
			const request = {username, password, serveraddress: keyOf(host)};
			try {
				const answer: {readonly IdentityToken?: string} = await attempt(task, () => docker.checkAuth(request));
				return answer.IdentityToken ? {identityToken: answer.IdentityToken} : {};
			} catch (error) {
				throw await explainRefusal(error, {task, host, access: {credentials: {username}}});
			}
		},
	};
}
