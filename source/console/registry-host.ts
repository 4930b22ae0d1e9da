import {UserError} from '../errors.ts';
import {dockerHub, hostOf, isHost} from '../registries/registry-name.ts';

/** The registry that a command line names; Docker Hub without a name. @throws UserError for what is not a host */
export function parseRegistry(given: string | undefined): string {
	const host = hostOf(given ?? dockerHub);
	if (isHost(host)) return host;
	throw new UserError(`${given} is not the host of a registry`, {
		hint: 'Pass a host, with its port if it has one: ghcr.io, registry.example.com:5000',
	});
}
