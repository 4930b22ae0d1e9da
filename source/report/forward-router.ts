import type {ReadonlyEngine} from '../engine/engine.ts';
import type {Forwarding} from '../engine/ssh/forward-port.ts';
import {UserError} from '../errors.ts';
import {ownAddress, type RouterOptions} from '../router/router.ts';

/** A URL of another machine's router, opened on this one. */
export type ForwardedUrl = Omit<Forwarding, 'port'> & {readonly url: string};

/**
 * Forwards a port of this machine to the router of an engine that is reached over ssh. The host stays in the URL, because the
 * router goes by it.
 * @throws UserError for an engine that is not reached over ssh
 */
export async function forwardUrl(
	text: string,
	engine: Pick<ReadonlyEngine, 'address' | 'forwardPort'>,
	{listen, port, tlsPort}: Pick<RouterOptions, 'listen' | 'port' | 'tlsPort'>,
): Promise<ForwardedUrl> {
	const url = new URL(text);
	const to = {host: ownAddress(listen), port: url.protocol === 'https:' ? tlsPort : port};
	const forwarding = await engine.forwardPort(to);
	if (!forwarding)
		throw new UserError(`${text} is an address of the engine's machine, and ${engine.address} cannot be forwarded`, {
			hint: 'Reach the engine over ssh, or give its services a domain, or the environment a public URL.',
		});
	url.port = String(forwarding.port);
	return {...forwarding, url: url.origin};
}
