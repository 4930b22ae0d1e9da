import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, it, vi} from 'vitest';
import {type CommandName, commandNames} from '../../source/command-names.ts';
import {makeTestAuthority} from '../certificates/make.ts';
import {formsOf} from '../secret-forms.ts';
import {images, openShop, type Shop} from './shop.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

/** Values that no command prints unless it is asked to: of a service, of one of its files, and of a resource. */
const token = 'canary-7f3a9d/with+odd=chars&more';
const fileToken = 'canary-in-a-file-51c0/ö+?';
const storeToken = 'canary-of-the-store-20e7:@/';
const secrets: string[] = [token, fileToken, storeToken];

const leaksIn = (text: string) => secrets.flatMap(formsOf).filter(form => text.includes(form));

const descriptor = `name: shop
services:
  web:
    image: "${images.good}"
    port: 8080
    secretFiles: {FILE_TOKEN: /etc/web/token}
    connections: {store: {env: {STORE_URL: url}}}
  report: {kind: job, image: "${images.finished}", run: {command: report}}
resources:
  store:
    image: "${images.database}"
    volumes: {data: /data}
    generatedVariables: {GENERATED: {generator: token}}
    outputs: {url: {sensitive: true, value: 'store://app:\${env.PASSWORD}@\${resource.host}:7000'}}
    operations: {backup: {command: dump}, restore: {command: restore}}
`;

const host = 'shop.localhost';
const authority = makeTestAuthority();
let shop: Shop;

const set = (key: string, value: string, ...target: string[]) =>
	shop.feed(value, 'variable', 'set', key, '--sensitive', '--stdin', ...target);

beforeAll(async () => {
	shop = await openShop();
	shop.write('compartment.yml', descriptor);
	rmSync(join(shop.folder, 'compartment.routes.yml'));
	await set('TOKEN', token, '--service', 'web');
	await set('FILE_TOKEN', fileToken, '--service', 'web');
	await set('PASSWORD', storeToken, '--resource', 'store');
	await shop.deploy();
	const {chain, key} = authority.make({names: [host]});
	// The middle of a private key, which no other text has.
	secrets.push(key.split('\n')[1]!);
	writeFileSync(join(shop.folder, 'chain.pem'), chain + authority.root);
	writeFileSync(join(shop.folder, 'key.pem'), key);
	await shop.text('domain', 'add', host, '--cert', 'chain.pem', '--key', 'key.pem');
	await shop.text('apply', '--auto-approve', '--rebuild');
	await shop.text('job', 'run', 'report');
	await shop.text('resource', 'backup', 'create', '--resource', 'store');
	const {password} = await shop.json('access', 'show');
	const {containers} = await shop.world.engine.observe({});
	const generated = containers.flatMap(({id}) => shop.world.engine.look(id).spec.env['GENERATED'] ?? []);
	secrets.push(password, `compartment:${password}`, ...generated);
	expect(secrets).toHaveLength(7);
});

afterAll(() => {
	authority.close();
	shop.close();
});

/** Why a command is not among them. */
type Absent =
	| 'shows secrets'
	| 'needs a terminal'
	| 'waits'
	| 'needs a server'
	| 'changes the machine'
	| 'needs the docker client';

const store = ['--resource', 'store'];
const backup = () => shop.json('resource', 'backup', 'list', ...store).then(({backups}) => backups.at(-1).id as string);

/** The arguments that each command gets, in turn. Those that remove something come last. */
const lines: Readonly<Record<CommandName, readonly (readonly string[])[] | Absent>> = {
	adopt: [['--compose', 'none'], ['none=web']],
	plan: [[], ['--full'], ['--destroy'], ['--refresh-only'], ['--graph'], ['--out', 'next.plan']],
	status: [[], ['--verbose']],
	inspect: [[], ['service.web'], ['resource.store']],
	why: [['service.web'], ['resource.store']],
	logs: [[], ['web'], ['store', '--tail', '10']],
	'deployment list': [[]],
	'deployment logs': [[]],
	'job list': [[]],
	'job logs': [[]],
	open: [[], ['web']],
	doctor: [[]],
	'route test': [['GET', `http://${host}/`]],
	'environment list': [[]],
	'environment prune': [[]],
	'environment show': [['production']],
	'environment diff': [['production', 'staging'], ['staging']],
	'machine list': [[]],
	'machine show': [['none']],
	'machine doctor': [['none']],
	'machine prepare': [['none']],
	'machine remove': [['none']],
	'variable list': [['--service', 'web'], ['--resource', 'store'], []],
	'variable show': [
		['TOKEN', '--service', 'web'],
		['PASSWORD', '--resource', 'store'],
	],
	'variable recipients list': [[]],
	'variable recipients show': [[]],
	'resource list': [[]],
	'resource inspect': [store],
	'resource logs': [store],
	'resource output list': [store],
	'resource output show': [['url', ...store]],
	'resource backup list': [store],
	'resource backup show': [['--backup', 'BACKUP']],
	'resource backup verify': [['--backup', 'BACKUP']],
	'resource backup run-due': [[]],
	'volume list': [[]],
	'volume release': [['store.data']],
	'volume delete': [['store.data', '--yes']],
	'backup store list': [[]],
	'backup store show': [['none']],
	'domain list': [[]],
	'domain show': [[host]],
	'domain verify': [[host]],
	'domain trust': [[]],
	'state list': [[]],
	'state show': [
		['service.web'],
		['resource.store'],
		[`certificate.${host}`],
		['variable.web.TOKEN'],
		['network'],
		['routes'],
	],
	'state history': [[]],
	'state pull': [[]],
	'state push': [['none.json']],
	'state migrate': [['--to', 'local']],
	'state trust': [[]],
	'state unlock': [[]],
	'agent add': [[]],
	'agent list': [[]],
	'agent status': [[]],
	'agent remove': [[]],
	'registry list': [[]],
	'settings list': [[]],
	'settings get': [['routerPort']],
	'settings set': [['retain', '4']],
	'settings unset': [['retain']],
	init: [[]],
	import: [['compose.yaml', '--dry-run']],
	validate: [[]],
	schema: [[], ['routes']],
	completion: [['bash']],
	apply: [['--auto-approve', '--replace', 'service.web']],
	deploy: [['--hold', '--replace', 'service.web']],
	prune: [['--dry-run'], ['--auto-approve', '--keep', '0', '--candidates']],
	promote: [['--auto-approve']],
	rollback: [['--service', 'web', '--auto-approve']],
	restart: [['--auto-approve']],
	stop: [['--auto-approve']],
	start: [['--auto-approve']],
	'job run': [['report']],
	'variable set': [['PLAIN', 'value', '--service', 'web']],
	'variable import': [['--file', 'good.env', '--sensitive', '--service', 'web']],
	'variable remove': [['PLAIN', '--service', 'web']],
	'variable recipients add': [['nobody']],
	'variable recipients remove': [['nobody']],
	'resource backup create': [store],
	'resource backup restore': [
		['--backup', 'BACKUP', ...store, '--yes'],
		['--backup', 'BACKUP', '--as', 'copy'],
	],
	'resource stop': [store],
	'resource start': [store],
	'resource rotate': [['store', '--auto-approve']],
	'domain add': [[host]],
	'domain renew': [[host, '--auto-approve']],
	'domain remove': [[host]],
	'state restore': [['1', '--auto-approve']],
	'state rebuild': [[], ['--auto-approve']],
	'resource delete': [['--resource', 'copy', '--delete-data', '--yes']],
	'environment create': [['staging', '--state', 'local']],
	destroy: [['--auto-approve']],
	'environment delete': [['production', '--auto-approve']],
	'state forget': [['--auto-approve']],
	'access show': 'shows secrets',
	'access rotate': 'shows secrets',
	'variable run': 'shows secrets',
	exec: 'needs the docker client',
	browse: 'needs a terminal',
	'agent run': 'waits',
	dev: 'waits',
	'agent install': 'changes the machine',
	'agent uninstall': 'changes the machine',
	'machine add': 'needs a server',
	'registry login': 'needs a server',
	'registry logout': 'needs a server',
	'backup store add': 'needs a server',
	'backup store remove': 'needs a server',
};

it('no command prints a sensitive value, as text or as JSON', async () => {
	expect(Object.keys(lines).sort()).toEqual([...commandNames].sort());
	const revealed = await shop.raw('resource', 'output', 'show', 'url', ...store, '--reveal');
	expect(leaksIn(revealed.stdout)).not.toEqual([]);
	shop.write('good.env', `IMPORTED=${token}\n`);
	const leaks: unknown[] = [];
	const odd: unknown[] = [];
	let succeeded = 0;
	for (const [name, all] of Object.entries(lines)) {
		if (typeof all === 'string') continue;
		for (const given of all)
			for (const form of name === 'schema' || name === 'completion' ? [[]] : [[], ['--json']]) {
				const id = given.includes('BACKUP') ? await backup() : '';
				const words = [...name.split(' '), ...given.map(word => (word === 'BACKUP' ? id : word)), ...form];
				const {stdout, stderr, exitCode} = await shop.raw(...words);
				if (leaksIn(stdout + stderr).length > 0) leaks.push([words.join(' '), leaksIn(stdout + stderr)]);
				if (/unknown (command|option)|bug in Compartment/.test(stderr)) odd.push([words.join(' '), stderr]);
				if (exitCode === 0) succeeded++;
			}
	}
	expect(odd).toEqual([]);
	expect(leaks).toEqual([]);
	expect(succeeded).toBeGreaterThan(150);
}, 120_000);
