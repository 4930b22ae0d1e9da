import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import type {Engine, EngineInfo} from '../../source/engine/engine.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import {leavesNothingUntested} from './proofs.ts';
import {openShop, type Shop} from './shop.ts';

const address = 'ssh://deploy@web1';

let shop: Shop;

/** An engine on another machine. */
function remoteEngine(changes: Partial<EngineInfo> = {}, at = address): Engine {
	const engine = createMemoryEngine();
	const info = async () => ({
		...(await engine.info()),
		id: 'WEB1',
		version: '28.0.1',
		operatingSystem: 'Debian 13',
		address: at,
		...changes,
	});
	return {...engine, address: at, isLocal: false, info};
}

const settings = () =>
	JSON.parse(readFileSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), 'utf8')) as Record<
		string,
		unknown
	>;

beforeEach(async () => {
	shop = await openShop();
	shop.answerAt(address, remoteEngine());
});

afterEach(() => shop.close());

describe('machine prepare', () => {
	const facts = (system: string) => `== system
PRETTY_NAME="${system} 12"
ID=${system.toLowerCase()}
VERSION_ID="12"
== user
root
== groups
root
== root
is
== packages
== running
== enabled
no
== end
`;

	/** A machine on which everything succeeds, and what it was asked to run. */
	const answer = (system = 'Debian') => {
		const asked: string[] = [];
		const ask = async (script: string) => {
			asked.push(script);
			return {output: facts(system), exitCode: 0};
		};
		shop.answerAt(address, {...remoteEngine(), shell: async () => ({ask})});
		return asked;
	};

	it('shows the commands, and runs exactly these once they are approved', async () => {
		const asked = answer();
		const shown = await shop.text('machine', 'prepare', address, '--dry-run');
		expect(shown).toMatch(/docker\.io[\s\S]*systemctl enable --now docker[\s\S]*Nothing was changed\.\n$/);
		expect(asked).toHaveLength(1);
		expect(await shop.text('machine', 'prepare', address, '--yes')).toContain('Prepared: Docker 28.0.1 answers.');
		expect(asked).toHaveLength(5);
	});

	it('is a document as JSON', async () => {
		answer();
		const document = await shop.json('machine', 'prepare', address, '--dry-run');
		expect(document).toMatchObject({address, system: 'Debian 12', isDone: false, version: null});
		expect(document['commands']).toHaveLength(3);
	});

	it('refuses another system, and an engine that is not reached over ssh', async () => {
		answer('Fedora');
		expect(await shop.failure('machine', 'prepare', address)).toMatch(/runs Fedora 12; .*\n.*docs\.docker\.com/);
		shop.answerAt('tcp://10.0.0.5:2376', remoteEngine());
		expect(await shop.failure('machine', 'prepare', 'tcp://10.0.0.5:2376')).toContain('is not reached over ssh');
	});
});

describe('machine add', () => {
	it('connects to the engine, and keeps its address and id in the settings', async () => {
		expect(await shop.text('machine', 'add', 'web1', address)).toMatchInlineSnapshot(`
			"Added web1: Docker 28.0.1 on Debian 13, at ssh://deploy@web1.
			Check it: compartment machine doctor web1
			Run an environment there: compartment environment create production --engine web1
			"
		`);
		expect(settings()['machines']).toEqual({web1: {address, engine: 'WEB1'}});
	});

	it('keeps settings for the machine alone', async () => {
		const set = ['--setting', 'routerListen=0.0.0.0', '--setting', 'routerPort=80'];
		const added = await shop.json('machine', 'add', 'web1', address, ...set);
		expect(added).toEqual({
			name: 'web1',
			address,
			engine: 'WEB1',
			settings: {routerListen: '0.0.0.0', routerPort: 80},
			version: '28.0.1',
			isNew: true,
		});
		expect(await shop.json('machine', 'show', 'web1')).toMatchObject({
			router: {listen: '0.0.0.0', port: 80, tlsPort: 443},
		});
		expect(await shop.json('settings', 'get', 'routerPort')).toBe(9080);
	});

	it('changes the address of the same engine, and keeps its settings', async () => {
		await shop.text('machine', 'add', 'web1', address, '--setting', 'baseDomain=apps.example.com');
		shop.answerAt('ssh://deploy@10.0.0.1', remoteEngine({}, 'ssh://deploy@10.0.0.1'));
		expect(await shop.text('machine', 'add', 'web1', 'ssh://deploy@10.0.0.1')).toMatch(
			/^Changed web1: Docker 28\.0\.1/,
		);
		expect(settings()['machines']).toEqual({
			web1: {address: 'ssh://deploy@10.0.0.1', engine: 'WEB1', settings: {baseDomain: 'apps.example.com'}},
		});
	});

	it.each([
		[['Web_1', address], 'The name of a machine must be a name of letters, digits, dots and dashes'],
		[['web1', 'web1.example.com'], 'The address must be an address such as ssh://deploy@web1'],
		[['web1', 'ssh://deploy:hunter2@web1'], 'without a password'],
		[['web1', 'ssh://-oProxyCommand=x'], 'it names no host'],
		[['web1', address, '--setting', 'routerPort=0'], 'routerPort: must be a whole number from 1 to 65535'],
		[['web1', address, '--setting', 'routerPrt=80'], 'there is no setting "routerPrt", did you mean "routerPort"?'],
		[['web1', 'tcp://web1', '--certificates', 'certs'], '--certificates must be an absolute path'],
	])('refuses %j', async (words, message) => {
		expect(await shop.failure('machine', 'add', ...words)).toContain(message);
		expect(settings()['machines']).toBeUndefined();
	});

	it('refuses another engine under a known name, and one that does not answer', async () => {
		await shop.text('machine', 'add', 'web1', address);
		shop.answerAt(address, remoteEngine({id: 'OTHER'}));
		expect(await shop.failure('machine', 'add', 'web1', address)).toMatchInlineSnapshot(`
			"Error: machine web1 is known at ssh://deploy@web1, and this is another engine
			  Take another name. Or, if the old one is gone for good: compartment machine remove web1
			"
		`);
		const silent = {
			...remoteEngine(),
			info: () => Promise.reject(new EngineError('cannot read engine information: no route', {hint: 'is web1 up?'})),
		};
		shop.answerAt(address, silent);
		expect(await shop.failure('machine', 'add', 'web2', address)).toBe(
			'Error: cannot read engine information: no route\n  is web1 up?\n',
		);
	});
});

describe('machine list and show', () => {
	it('name the environments on each machine', async () => {
		expect(await shop.text('machine', 'list')).toMatchInlineSnapshot(`
			"No machines yet. Add one: compartment machine add web1 ssh://USER@HOST
			"
		`);
		await shop.text('machine', 'add', 'web1', address);
		await shop.text('environment', 'create', 'production', '--engine', 'web1', '--state', 'local');
		expect(await shop.text('machine', 'list')).toMatchInlineSnapshot(`
			"MACHINE  ADDRESS            ENVIRONMENTS
			web1     ssh://deploy@web1  shop/production
			"
		`);
		expect(await shop.json('machine', 'list')).toEqual({
			machines: [{name: 'web1', address, engine: 'WEB1', environments: ['shop/production']}],
		});
		expect(await shop.text('machine', 'show', 'web1')).toMatchInlineSnapshot(`
			"name: web1
			address: ssh://deploy@web1
			certificates: null
			engine:
			  id: WEB1
			  version: 28.0.1
			  operatingSystem: Debian 13
			  hasBuildKit: true
			  problem: null
			baseDomain: localhost
			router:
			  listen: 127.0.0.1
			  port: 9080
			  tlsPort: 9443
			environments:
			  - shop/production
			"
		`);
	});

	it('list what the settings say without connecting, and show what is wrong', async () => {
		await shop.text('machine', 'add', 'web1', address);
		shop.answerAt(address, remoteEngine({id: 'OTHER'}));
		expect((await shop.json('machine', 'list')).machines).toHaveLength(1);
		expect((await shop.json('machine', 'show', 'web1')).engine).toMatchObject({
			id: 'WEB1',
			problem: 'another engine answers at this address',
		});
	});

	it('refuse an unknown name, and settings that are wrong', async () => {
		expect(await shop.failure('machine', 'show', 'web1')).toMatchInlineSnapshot(`
			"Error: there is no machine "web1"
			  Add one: compartment machine add web1 ssh://USER@HOST
			"
		`);
		writeFileSync(join(process.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), '{"machines": {"web1": {}}}');
		expect(await shop.failure('machine', 'list')).toContain('machines: must be an object such as {"web1": {"address"');
	});
});

describe('machine doctor', () => {
	it('checks the engine, and what only ssh could show', async () => {
		await shop.text('machine', 'add', 'web1', address);
		expect(await shop.text('machine', 'doctor', 'web1')).toMatchInlineSnapshot(`
			"ok       engine      Docker 28.0.1, API 1.41, BuildKit at ssh://deploy@web1
			ok       router      missing, created when an apply needs it; 127.0.0.1:9080 and :9443 are free
			ok       networks    next free block of 10.213.0.0/16: 10.213.0.0/26
			ok       identity    the engine is WEB1
			ok       version     Docker 28.0.1
			ok       processor   x86_64
			ok       clock       the same time as here
			ok       user        not checked: that takes an address with ssh://
			ok       disk        not checked: that takes an address with ssh://
			warning  listen      the router listens on 127.0.0.1, which nobody reaches but the machine itself
			                     compartment machine add web1 ssh://deploy@web1 --setting routerListen=0.0.0.0 --setting routerPort=80
			ok       ports       not checked: that takes an address with ssh://
			ok       firewall    not checked: that takes an address with ssh://
			"
		`);
		expect((await shop.json('machine', 'doctor', 'web1')).isHealthy).toBe(true);
	});

	it('fails when there is a problem', async () => {
		await shop.text('machine', 'add', 'web1', address);
		shop.answerAt(address, remoteEngine({id: 'OTHER'}));
		const {stdout, exitCode} = await shop.run('machine', 'doctor', 'web1');
		expect(exitCode).toBe(1);
		expect(stdout).toContain('another engine answers than when web1 was added');
		expect(await shop.failure('machine', 'doctor', 'nope')).toContain('there is no machine "nope"');
	});
});

describe('machine remove', () => {
	it('forgets a machine, but not one on which an environment runs', async () => {
		await shop.text('machine', 'add', 'web1', address);
		await shop.text('environment', 'create', 'production', '--engine', 'web1', '--state', 'local');
		expect(await shop.failure('machine', 'remove', 'web1')).toMatchInlineSnapshot(`
			"Error: Environments run on machine web1: shop/production
			  They keep its address if you remove it all the same: compartment machine remove web1 --force
			"
		`);
		await shop.text('environment', 'delete', 'production', '--auto-approve');
		expect(await shop.text('machine', 'remove', 'web1')).toMatchInlineSnapshot(`
			"Removed web1 from your settings. What runs there keeps running.
			"
		`);
		expect(settings()['machines']).toBeUndefined();
	});

	it('leaves the environments on it their address with --force', async () => {
		await shop.text('machine', 'add', 'web1', address);
		await shop.text('environment', 'create', 'production', '--engine', 'web1', '--state', 'local');
		expect(await shop.json('machine', 'remove', 'web1', '--force')).toEqual({name: 'web1'});
		expect(await shop.json('environment', 'show')).toMatchObject({engine: 'WEB1'});
	});
});

leavesNothingUntested('machines');
