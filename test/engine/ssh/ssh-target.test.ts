import {expect, test} from 'vitest';
import {sshArguments} from '../../../source/engine/ssh/ssh-arguments.ts';
import {parseSshAddress} from '../../../source/engine/ssh/ssh-target.ts';

const socket = '/var/run/docker.sock';

test.each([
	['ssh://web1', {host: 'web1', socket}],
	['ssh://deploy@web1.example.com:2222', {host: 'web1.example.com', user: 'deploy', port: 2222, socket}],
	['ssh://deploy@[2001:db8::1]', {host: '2001:db8::1', user: 'deploy', socket}],
	['ssh://EXAMPLE%5Cdeploy@web1', {host: 'web1', user: 'EXAMPLE\\deploy', socket}],
	['ssh://web1/', {host: 'web1', socket}],
	['ssh://web1/run/user/1000/docker.sock', {host: 'web1', socket: '/run/user/1000/docker.sock'}],
])('%s is parsed', (text, target) => {
	expect(parseSshAddress(text)).toEqual(target);
});

test.each([
	['ssh://', /no URL|no host/],
	['ssh://-oProxyCommand=evil', /names no host/],
	['ssh://web1;reboot', /names no host/],
	['ssh://$(reboot)', /names no host|no URL/],
	['ssh://-l@web1', /its user cannot be one/],
	['ssh://%zz@web1', /its user cannot be one/],
	['ssh://a%20b@web1', /its user cannot be one/],
	['ssh://%0areboot@web1', /its user cannot be one/],
	['ssh://web1/run/$(reboot).sock', /its path cannot be that of a socket/],
	["ssh://web1/run/'.sock", /its path cannot be that of a socket/],
	['ssh://web1/run/a:b.sock', /its path cannot be that of a socket/],
	['ssh://web1?x=1', /more than a host and a path/],
])('%s is refused: it could be more than an address', (text, why) => {
	expect(() => parseSshAddress(text)).toThrow(why);
});

test('a password is refused, and not repeated', () => {
	const refused = () => parseSshAddress('ssh://deploy:hunter2@web1');
	expect(refused).toThrow(
		'invalid engine address: ssh://deploy:…@web1: it holds a password, which ssh asks for itself',
	);
});

test('ssh gets the host as a word that cannot be an option, and asks only when it may', () => {
	const target = {host: 'web1', user: 'deploy', port: 2222, socket};
	const silent = sshArguments(target, `/run/here.sock:${target.socket}`, false);
	const forward = `/run/here.sock:${socket}`;
	expect(silent.slice(-9)).toEqual(['-L', forward, '-l', 'deploy', '-p', '2222', '--', 'web1', 'sh']);
	expect(silent).toContain('BatchMode=yes');
	expect(silent).toContain('ControlPath=none');
	// It may be the user's own choice.
	expect(sshArguments(target, `/run/here.sock:${target.socket}`, true).join(' ')).not.toContain('BatchMode');
	expect(sshArguments({host: 'web1', socket}, '/run/here.sock', true).slice(-3)).toEqual(['--', 'web1', 'sh']);
});
