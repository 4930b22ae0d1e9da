import {expect, test} from 'vitest';
import {explainEnd, isReason} from '../../../source/engine/ssh/ssh-words.ts';

const target = {host: 'web1', user: 'deploy', port: 2222, socket: '/var/run/docker.sock'};

const changedKey = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
Offending ED25519 key in /home/me/.ssh/known_hosts:1
  remove with:
  ssh-keygen -f "/home/me/.ssh/known_hosts" -R "[web1]:2222"
Host key for [web1]:2222 has changed and you have requested strict checking.
Host key verification failed.`;

test.each([
	[
		changedKey,
		'ssh: Host key for [web1]:2222 has changed and you have requested strict checking.',
		'`ssh-keygen -f "/home/me/.ssh/known_hosts" -R "[web1]:2222"`',
	],
	[
		'No ED25519 host key is known for web1 and you have requested strict checking.\r\nHost key verification failed.\r',
		'ssh: Host key verification failed.',
		'`ssh -p 2222 deploy@web1`',
	],
	[
		'Use of this machine is watched.\ndeploy@web1: Permission denied (publickey,password).',
		'ssh: deploy@web1: Permission denied (publickey,password).',
		'`ssh-copy-id -p 2222 deploy@web1`',
	],
	[
		'ssh: Could not resolve hostname web1: Name or service not known',
		'ssh: Could not resolve hostname web1',
		'Host of',
	],
	['ssh: connect to host web1 port 2222: Connection refused', 'ssh: connect to host web1', 'is sshd running on web1?'],
	['Timeout, server web1 not responding.', 'ssh: Timeout, server web1 not responding.', 'is web1 up'],
	['ssh: connect to host web1 port 2222: No route to host', 'No route to host', 'is web1 up'],
	[
		'Connection to web1 closed by remote host.',
		'ssh: Connection to web1 closed',
		'does `ssh -p 2222 deploy@web1` work?',
	],
	['', 'ssh ended without a message', 'does `ssh -p 2222 deploy@web1` work?'],
])('the reason of an end is found: %#', (said, cause, hint) => {
	const found = explainEnd(said.split('\n'), target);
	expect(found.cause).toContain(cause);
	expect(found.hint).toContain(hint);
});

test('what ssh says while it asks is shown, and its reason only in the error', () => {
	expect(isReason('Permission denied, please try again.')).toBe(false);
	expect(isReason("Warning: Permanently added '[web1]:2222' (ED25519) to the list of known hosts.\r")).toBe(false);
	expect(isReason('deploy@web1: Permission denied (publickey).\r')).toBe(true);
});
