import {UserError} from '../../errors.ts';

/** An engine that is reached through the system's `ssh`. */
export type SshTarget = {
	/** A host name or address, or a `Host` of ssh's configuration. */
	readonly host: string;
	/** Absent: ssh decides. */
	readonly user?: string;
	readonly port?: number;
	/** Path of the engine's socket on that host. */
	readonly socket: string;
};

const usualSocket = '/var/run/docker.sock';

// A leading dash would be an option of ssh, and the rest could reach the shell of a ProxyCommand.
const hostForm = /^(?!-)[\w.:%-]+$/;
const userForm = /^(?!-)[\w.@+\\-]+\$?$/;
const pathForm = /^\/[\w./@+-]*$/;

/** The text that a part of a URL stands for; what stands for none stays, and has the form of no user. */
function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/**
 * Reads `ssh://[user@]host[:port][/path/of/the.sock]`, as the docker client does.
 * @throws UserError when a part is missing or has another form
 */
export function parseSshAddress(text: string): SshTarget {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	const shown = url?.password ? text.replace(`:${url.password}@`, ':…@') : text;
	const refuse = (why: string) =>
		new UserError(`invalid engine address: ${shown}: ${why}`, {
			hint: 'use ssh://user@host, or ssh://user@host/run/user/1000/docker.sock for an engine at another socket',
		});
	if (!url) throw refuse('it is no URL');
	if (url.password !== '') throw refuse('it holds a password, which ssh asks for itself');
	if (url.search !== '' || url.hash !== '') throw refuse('it has more than a host and a path');
	const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
	if (!hostForm.test(host)) throw refuse('it names no host');
	const user = decode(url.username);
	if (user !== '' && !userForm.test(user)) throw refuse('its user cannot be one');
	const socket = url.pathname === '' || url.pathname === '/' ? usualSocket : url.pathname;
	if (!pathForm.test(socket)) throw refuse('its path cannot be that of a socket');
	return {host, socket, ...(user === '' ? {} : {user}), ...(url.port === '' ? {} : {port: Number(url.port)})};
}

/** The host as ssh's own commands name it: `deploy@web1`. */
export const destinationOf = ({host, user}: Pick<SshTarget, 'host' | 'user'>): string =>
	user === undefined ? host : `${user}@${host}`;
