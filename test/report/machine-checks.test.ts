import {expect, test} from 'vitest';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {type Examined, examineMachine} from '../../source/report/machine-checks.ts';
import {type MachineFacts, parseFacts} from '../../source/report/machine-facts.ts';

const output = `Welcome to web1

== user
deploy
== groups
deploy docker
== disk
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/vda1        100000000 40000000  60000000      40% /
== listening
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1
== forwards
1
== rules
-P FORWARD DROP
-A FORWARD -j DOCKER-USER
== end
`;

const facts = parseFacts(output);

test('what a shell prints is read', () => {
	expect(facts).toEqual({
		user: 'deploy',
		groups: ['deploy', 'docker'],
		disk: {size: 102_400_000_000, free: 61_440_000_000},
		listening: [22, 80],
		forwards: true,
		forwardRules: ['-P FORWARD DROP', '-A FORWARD -j DOCKER-USER'],
	});
});

test('what a machine does not say is not known', () => {
	expect(parseFacts('== user\nroot\n== groups\nroot\n== disk\n== listening\n== forwards\n== rules\n== end\n')).toEqual({
		user: 'root',
		groups: ['root'],
		disk: undefined,
		listening: [],
		forwards: undefined,
		forwardRules: undefined,
	});
});

const machine = {name: 'web1', address: 'ssh://deploy@web1', engine: 'memory'};
const info = await createMemoryEngine().info();
const healthy: Examined = {
	machine,
	info,
	facts,
	hasRouter: false,
	router: {listen: '0.0.0.0', port: 8080, tlsPort: 443},
};

const found = (changes: Partial<Examined>, name: string) => {
	const {status, message} = examineMachine({...healthy, ...changes}).find(check => check.name === name)!;
	return `${status}: ${message}`;
};

const factsWith = (changes: Partial<MachineFacts>) => ({facts: {...facts, ...changes}});

test('a machine in order has no problem', () => {
	expect(examineMachine(healthy).filter(({status}) => status !== 'ok')).toEqual([]);
});

test.each<[name: string, changes: Partial<Examined>, expected: string]>([
	['identity', {info: {...info, id: 'OTHER'}}, 'problem: another engine answers than when web1 was added'],
	['version', {info: {...info, version: '19.03', apiVersion: '1.40'}}, 'problem: Docker 19.03 is too old'],
	['clock', {info: {...info, clockOffsetMs: 2400}}, 'ok: the same time'],
	['clock', {info: {...info, clockOffsetMs: -9000}}, 'warning: 9 s behind this machine'],
	['clock', {info: {...info, clockOffsetMs: 86_400_000}}, 'problem: 86400 s ahead of this machine'],
	['user', factsWith({user: 'root', groups: ['root']}), 'ok: root'],
	['user', {}, 'ok: deploy, in the group docker'],
	['disk', factsWith({disk: {size: 100e9, free: 4e9}}), 'warning: 4.0 GB of 100 GB free'],
	['disk', factsWith({disk: undefined}), 'warning: the machine does not say'],
	['listen', {router: {listen: '127.0.0.1', port: 9080, tlsPort: 9443}}, 'warning: the router listens on 127.0.0.1'],
	['ports', {router: {listen: '0.0.0.0', port: 80, tlsPort: 443}}, 'problem: something listens on 80'],
	['ports', {router: {listen: '0.0.0.0', port: 80, tlsPort: 443}, hasRouter: true}, 'ok: the router has 80 and 443'],
	['firewall', factsWith({forwards: false}), 'problem: the kernel does not forward packets'],
	['firewall', factsWith({forwardRules: ['-P FORWARD DROP']}), 'problem: drops what containers send'],
	['firewall', factsWith({forwardRules: ['-P FORWARD ACCEPT']}), 'ok: lets containers through'],
	['firewall', factsWith({forwardRules: undefined}), 'ok: the kernel forwards packets; reading the rules takes root'],
	['firewall', {facts: undefined}, 'ok: not checked'],
])('%s: %#', (name, changes, expected) => {
	expect(found(changes, name)).toContain(expected);
});

test('each problem comes with what mends it', () => {
	const broken: Examined = {
		...healthy,
		info: {...info, id: 'OTHER', apiVersion: '1.40', clockOffsetMs: 86_400_000},
		facts: {...facts, disk: {size: 100e9, free: 1e9}, forwards: false},
		router: {listen: '127.0.0.1', port: 80, tlsPort: 443},
	};
	const checks = examineMachine(broken).filter(({status}) => status !== 'ok');
	expect(checks.map(({name}) => name)).toEqual(['identity', 'version', 'clock', 'disk', 'listen', 'ports', 'firewall']);
	expect(checks.every(({hint}) => hint !== undefined)).toBe(true);
});
