import type {SshTarget} from './ssh-target.ts';

/** Configuration of ssh that would change what the tunnel is; everything else is the user's. */
const options: Readonly<Record<string, string>> = {
	// A shared connection would keep the forwarded socket after our end, and allows few sessions.
	ControlMaster: 'no',
	ControlPath: 'none',
	RemoteCommand: 'none',
	// A forwarding of the user's own configuration may fail, because another ssh has it already.
	ExitOnForwardFailure: 'no',
	StreamLocalBindUnlink: 'yes',
	StreamLocalBindMask: '0177',
	LogLevel: 'INFO',
	ConnectTimeout: '10',
	// Notices a connection that was dropped silently, and keeps routers from dropping it.
	ServerAliveInterval: '5',
	ServerAliveCountMax: '3',
};

/**
 * The arguments for one ssh that forwards a socket or port of this machine to another one, and runs a shell that reads commands
 * from its standard input. The shell ends with its input, and ssh with the shell: so both end with this process,
 * however it ends. A session also makes ssh send small packets at once.
 * @param forwarding what is forwarded, as `-L` takes it: `/run/here.sock:/var/run/docker.sock`, `127.0.0.1:9080:127.0.0.1:9080`
 * @param mayAsk whether ssh may ask for a password, a passphrase or a host key in the terminal
 */
export function sshArguments(target: SshTarget, forwarding: string, mayAsk: boolean): readonly string[] {
	const {host, user, port} = target;
	const set = mayAsk ? options : {...options, BatchMode: 'yes'};
	return [
		'-T',
		'-x',
		'-a',
		...Object.entries(set).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
		'-L',
		forwarding,
		...(user === undefined ? [] : ['-l', user]),
		...(port === undefined ? [] : ['-p', String(port)]),
		'--',
		host,
		'sh',
	];
}
