import {connect} from 'node:net';
import type {RemoteShell} from './remote-shell.ts';
import {destinationOf, type SshTarget} from './ssh-target.ts';
import type {Explanation} from './ssh-words.ts';

const limitMs = 10_000;

/** Whether anything answers at a socket. */
function isAnswered(path: string): Promise<boolean> {
	return new Promise(resolve => {
		const socket = connect({path});
		const settle = (found: boolean) => {
			resolve(found);
			socket.destroy();
		};
		socket.setTimeout(limitMs, () => settle(false));
		socket.once('data', () => settle(true)).once('error', () => settle(false));
		socket.once('close', () => settle(false));
		socket.write('GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n');
	});
}

/** Says on the other machine what keeps its user from the engine's socket. */
const script = ({socket}: SshTarget): string => `
socket='${socket}'
if [ ! -e "$socket" ]; then echo missing
elif [ ! -r "$socket" ] || [ ! -w "$socket" ]; then echo denied "$(id -un)" "$(ls -ldL "$socket" | { read -r mode links owner group rest; echo "$group"; })"
elif ! command -v docker >/dev/null; then echo unknown
elif said="$(docker -H "unix://$socket" version --format '{{.Server.Version}}' 2>&1)"; then echo answers
else printf 'silent %s' "$said"
fi`;

/**
 * Why the engine behind a tunnel hangs up although ssh is connected; undefined when nothing is wrong there.
 * @param socket the tunnel's, on this machine
 */
export async function explainSilence(
	shell: RemoteShell,
	target: SshTarget,
	socket: string,
): Promise<Explanation | undefined> {
	if (await isAnswered(socket)) return undefined;
	const {output} = await shell.ask(script(target), limitMs);
	const {host} = target;
	const said = output.trim();
	const [word, user = '', group = 'docker'] = said.split(/\s+/);
	switch (word) {
		case 'missing':
			return {
				cause: `there is no ${target.socket} on ${host}`,
				hint: `install Docker there, or name its socket: \`ssh://${destinationOf(target)}/run/user/1000/docker.sock\``,
			};
		case 'denied':
			return {
				cause: `user ${user} of ${host} may not use ${target.socket}`,
				hint: `add it to the group ${group} there: \`sudo usermod -aG ${group} ${user}\``,
			};
		case 'answers':
			return {
				cause: `the sshd of ${host} does not forward sockets`,
				hint: 'set `AllowStreamLocalForwarding yes` and `DisableForwarding no` in its /etc/ssh/sshd_config, then reload sshd',
			};
		case 'silent':
			return {cause: said.replace(/^silent\s*/, ''), hint: `is Docker running on ${host}?`};
		default:
			return undefined;
	}
}
