/** The registry of references without a host. */
export const dockerHub = 'docker.io';

/** Docker's configuration and the engine call Docker Hub by this address. */
const hubKey = 'https://index.docker.io/v1/';

const hubHosts: readonly string[] = [dockerHub, 'index.docker.io'];

/** The host of a registry as a user or docker's configuration names it: `https://ghcr.io/v2/` is `ghcr.io`. */
export function hostOf(name: string): string {
	const host = name.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
	return hubHosts.includes(host) ? dockerHub : host;
}

/** The key of a host in docker's configuration, under which credential helpers know it too. */
export const keyOf = (host: string): string => (host === dockerHub ? hubKey : host);

/** Whether a text is a host with or without a port, such as `ghcr.io` or `127.0.0.1:5000`. */
export const isHost = (text: string): boolean =>
	/^(?:[a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:]+\])(?::\d{1,5})?$/i.test(text);

/** The host of the registry that an image reference leads to. */
export function registryOf(reference: string): string {
	const [first = '', ...path] = reference.split('/');
	const isNamed = path.length > 0 && (/[.:]/.test(first) || first === 'localhost');
	return isNamed ? hostOf(first) : dockerHub;
}
