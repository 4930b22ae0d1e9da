import {acmeOf} from '../settings/acme.ts';
import {type Settings, usualTlsPort} from '../settings/settings.ts';
import type {RouterOptions} from './options.ts';

/** The router that the user's settings describe. */
export const routerOptions = ({
	routerName,
	routerListen,
	routerPort,
	routerTlsPort,
	routerImage,
	networkPool,
	acme,
}: Settings): RouterOptions => ({
	name: routerName,
	listen: routerListen,
	port: routerPort,
	tlsPort: routerTlsPort,
	// Who asks an authority for certificates wants https.
	isTlsOptional: routerTlsPort === usualTlsPort(routerListen) && acmeOf({acme}) === undefined,
	image: routerImage,
	pool: networkPool,
});
