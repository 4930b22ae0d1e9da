import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {extract} from 'tar-stream';
import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {findBundle, packBundle} from '../../source/agent/install/bundle.ts';
import {installContainer, uninstallContainer, updateContainer} from '../../source/agent/install/container.ts';
import {findSystemd, installUnit, removeUnit} from '../../source/agent/install/systemd.ts';
import {unitText} from '../../source/agent/install/unit.ts';
import {agentVariables, containerVariables, secretWarnings} from '../../source/agent/install/variables.ts';
import {addProject, removeProject} from '../../source/agent/registry.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {noAcme} from '../../source/settings/acme.ts';

let root: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), 'compartment-install-'));
	onTestFinished(() => rmSync(root, {recursive: true, force: true}));
	for (const folder of ['bin', 'home', 'config', 'dist/chunks', 'shop'])
		mkdirSync(join(root, folder), {recursive: true});
	writeFileSync(join(root, 'dist/cli.mjs'), 'entry');
	writeFileSync(join(root, 'dist/chunks/first.mjs'), 'chunk');
	writeFileSync(join(root, 'dist/notes.txt'), 'not loaded');
	env = {PATH: join(root, 'bin'), HOME: join(root, 'home'), COMPARTMENT_CONFIG_HOME: join(root, 'config')};
});

const bundle = () => ({node: '/usr/bin/node', script: join(root, 'dist/cli.mjs')});
const installed = () => ({...bundle(), variables: agentVariables(env)});

/** A systemctl that notes its arguments, and fails for those that match. */
function makeSystemctl(failing = 'nothing', message = 'Job failed.'): () => string {
	const log = join(root, 'calls');
	const program = join(root, 'bin/systemctl');
	writeFileSync(
		program,
		`#!/bin/sh\necho "$@" >> '${log}'\ncase "$*" in *${failing}*) echo "${message}" >&2; exit 1;; esac\n`,
	);
	chmodSync(program, 0o755);
	mkdirSync(join(root, 'run/systemd/system'), {recursive: true});
	return () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
}

describe('a unit', () => {
	it('runs this command line with the variables that it needs', () => {
		expect(
			unitText({scope: 'user', node: '/usr/bin/node', script: '/opt/c/cli.mjs', variables: {A: 'b'}}),
		).toMatchInlineSnapshot(`
			"# Written by Compartment, which replaces and removes it with the installed agent.
			[Unit]
			Description=Compartment agent

			[Service]
			ExecStart="/usr/bin/node" "/opt/c/cli.mjs" agent run
			Environment="A=b"
			Restart=always
			RestartSec=30
			TimeoutStopSec=300

			[Install]
			WantedBy=default.target
			"
		`);
		expect(unitText({scope: 'system', ...bundle(), variables: {}})).toMatch(
			/After=network-online\.target docker\.service\n[\s\S]*WantedBy=multi-user\.target\n$/,
		);
	});

	it('takes any path and any value as it is', () => {
		const text = unitText({
			scope: 'user',
			node: '/a b/$x/%h/"n',
			script: '/s\\',
			variables: {V: 'a "b" %c $d \\\nUser=root'},
		});
		expect(text).toContain('ExecStart="/a b/$$x/%%h/\\"n" "/s\\\\" agent run\n');
		expect(text).toContain('Environment="V=a \\"b\\" %%c $d \\\\\\nUser=root"\n');
	});

	it('gets where the engine, the settings and the keys are, and no secret', () => {
		const all = {
			...env,
			DOCKER_HOST: 'unix:///run/x.sock',
			DOCKER_CONTEXT: '',
			COMPARTMENT_ROUTER_PORT: '9081',
			COMPARTMENT_ACME_EMAIL: 'ops@example.com',
			COMPARTMENT_ACME_KEY_ID: 'account',
			COMPARTMENT_ACME_HMAC_KEY: 'secret',
			COMPARTMENT_PASSPHRASE: 'secret',
			SECRET: 'x',
		};
		const own = {
			COMPARTMENT_CONFIG_HOME: join(root, 'config'),
			COMPARTMENT_ROUTER_PORT: '9081',
			COMPARTMENT_ACME_EMAIL: 'ops@example.com',
		};
		expect(agentVariables(all)).toEqual({...own, DOCKER_HOST: 'unix:///run/x.sock'});
		expect(containerVariables(all)).toEqual(own);
		expect(secretWarnings(all)).toHaveLength(2);
		expect(secretWarnings(env)).toEqual([]);
	});

	it('is written, enabled and started; a second time too, and then removed', () => {
		const calls = makeSystemctl();
		const systemd = findSystemd('user', {env, root});
		expect(systemd.unitPath).toBe(join(root, 'home/.config/systemd/user/compartment-agent.service'));
		installUnit(systemd, installed());
		expect(readFileSync(systemd.unitPath, 'utf8')).toContain(`"${join(root, 'dist/cli.mjs')}" agent run`);
		expect(statSync(systemd.unitPath).mode & 0o777).toBe(0o644);
		installUnit(systemd, installed());
		const round = ['daemon-reload', 'enable compartment-agent.service', 'restart compartment-agent.service'];
		const lines = (words: readonly string[]) => words.map(each => `--user ${each}\n`).join('');
		expect(calls()).toBe(lines([...round, ...round]));
		expect(removeUnit(systemd)).toBe(true);
		expect(existsSync(systemd.unitPath)).toBe(false);
		expect(calls()).toBe(lines([...round, ...round, 'disable --now compartment-agent.service', 'daemon-reload']));
		expect(removeUnit(systemd)).toBe(false);
	});

	it('of the system is in /etc, and its systemctl has no --user', () => {
		const calls = makeSystemctl();
		const systemd = findSystemd('system', {env, root});
		installUnit(systemd, installed());
		expect(systemd.unitPath).toBe(join(root, 'etc/systemd/system/compartment-agent.service'));
		expect(calls()).toMatch(/^daemon-reload\n/);
	});

	it('of a user without a session is refused with what to do', () => {
		makeSystemctl('daemon-reload', 'Failed to connect to bus: No medium found');
		const systemd = findSystemd('user', {env, root});
		expect(() => installUnit(systemd, installed())).toThrow(
			expect.objectContaining({hint: expect.stringContaining('loginctl enable-linger')}),
		);
	});

	it('is not left behind when systemd refuses it, and one that was there is kept', () => {
		makeSystemctl('restart');
		const systemd = findSystemd('user', {env, root});
		const failure = 'systemctl --user restart compartment-agent.service failed: Job failed.';
		expect(() => installUnit(systemd, installed())).toThrow(failure);
		expect(existsSync(systemd.unitPath)).toBe(false);
		makeSystemctl();
		installUnit(systemd, installed());
		makeSystemctl('restart');
		expect(() => installUnit(systemd, installed())).toThrow(failure);
		expect(existsSync(systemd.unitPath)).toBe(true);
	});

	it('that somebody else wrote is neither replaced nor removed', () => {
		makeSystemctl();
		const systemd = findSystemd('system', {env, root});
		mkdirSync(join(root, 'etc/systemd/system'), {recursive: true});
		writeFileSync(systemd.unitPath, '[Service]\n');
		for (const act of [() => installUnit(systemd, installed()), () => removeUnit(systemd)])
			expect(act).toThrow(`${systemd.unitPath} was not written by Compartment.`);
		expect(readFileSync(systemd.unitPath, 'utf8')).toBe('[Service]\n');
	});

	it('is refused without systemd', () => {
		expect(() => findSystemd('user', {env, root})).toThrow('systemd does not run on this machine.');
		makeSystemctl();
		rmSync(join(root, 'run'), {recursive: true});
		expect(() => findSystemd('user', {env, root})).toThrow('systemd does not run on this machine.');
	});
});

describe('the bundle', () => {
	it('is that of the running command line, behind any link', () => {
		symlinkSync(join(root, 'dist/cli.mjs'), join(root, 'bin/compartment'));
		expect(findBundle(join(root, 'bin/compartment'))).toEqual({
			node: process.execPath,
			script: join(root, 'dist/cli.mjs'),
		});
		writeFileSync(join(root, 'cli.tsx'), '');
		expect(() => findBundle(join(root, 'cli.tsx'))).toThrow('only be installed from a built command line');
	});

	it('is packed with what it loads, and its hash changes with each file', async () => {
		const {context, hash} = packBundle(bundle(), 'node:24-slim');
		const files = new Map<string, string>();
		for await (const entry of context.pipe(extract())) {
			const chunks: Buffer[] = [];
			for await (const chunk of entry) chunks.push(chunk as Buffer);
			files.set(entry.header.name, Buffer.concat(chunks).toString());
		}
		expect([...files.keys()]).toEqual(['Dockerfile', 'bundle/chunks/first.mjs', 'bundle/cli.mjs']);
		expect(files.get('Dockerfile')).toMatch(/^FROM node:24-slim\nCOPY bundle /);
		expect(packBundle(bundle(), 'node:24-slim').hash).toBe(hash);
		writeFileSync(join(root, 'dist/chunks/first.mjs'), 'other');
		expect(packBundle(bundle(), 'node:24-slim').hash).not.toBe(hash);
	});
});

describe('a container', () => {
	const socket = () => join(root, 'docker.sock');
	const place = async () => {
		writeFileSync(socket(), '');
		const engine = createMemoryEngine({images: {'node:24-slim': {}}});
		// Every engine has it.
		await engine.createNetwork({name: 'host', labels: {}, subnet: '10.9.0.0/24'});
		const settings = {backupDirectory: '', acme: noAcme};
		return {engine: {...engine, address: `unix://${socket()}`}, settings, env, memory: engine};
	};

	it('sees the socket, the settings and the registered folders, as this user and without any capability', async () => {
		const given = await place();
		addProject(join(root, 'shop'), new Date(), env);
		const {name, folders} = await installContainer(given, bundle());
		expect(folders).toEqual([socket(), join(root, 'config'), join(root, 'shop')]);
		const found = await given.engine.findByName('container', name);
		const {spec, state} = given.memory.look(found!.id);
		expect(state).toBe('running');
		expect(spec).toMatchObject({
			labels: {'compartment.agent': join(root, 'config'), 'compartment.agent.installation': expect.any(String)},
			env: {DOCKER_HOST: `unix://${socket()}`, COMPARTMENT_CONFIG_HOME: join(root, 'config')},
			binds: Object.fromEntries(folders.map(path => [path, {path}])),
			user: `${process.getuid!()}:${statSync(socket()).gid}`,
			capabilities: [],
			restart: {policy: 'unless-stopped'},
		});
	});

	it('sees the credentials of registries, from which it pulls an image that is gone', async () => {
		const given = await place();
		const docker = join(root, 'home/.docker');
		mkdirSync(docker);
		const {name, folders} = await installContainer(given, bundle());
		expect(folders).toContain(docker);
		const found = await given.engine.findByName('container', name);
		expect(given.memory.look(found!.id).spec.env).toMatchObject({DOCKER_CONFIG: docker});
	});

	it('sees the root of a private authority', async () => {
		const given = await place();
		const caFile = join(root, 'root.pem');
		writeFileSync(caFile, 'root');
		const {folders} = await installContainer(
			{...given, settings: {...given.settings, acme: {...noAcme, caFile}}},
			bundle(),
		);
		expect(folders).toContain(caFile);
	});

	it('replaces the previous one and its image, and leaves nothing when it is removed', async () => {
		const given = await place();
		const first = await installContainer(given, bundle());
		const before = await given.engine.findByName('container', first.name);
		writeFileSync(join(root, 'dist/cli.mjs'), 'newer');
		const second = await installContainer(given, bundle());
		expect(second.name).toBe(first.name);
		const after = await given.engine.findByName('container', second.name);
		expect(after!.id).not.toBe(before!.id);
		const agentImages = () => given.engine.listImages({'compartment.agent': ''});
		expect(await agentImages()).toHaveLength(1);
		expect(await uninstallContainer(given)).toBe(true);
		expect(await given.engine.findByName('container', first.name)).toBeUndefined();
		expect(await agentImages()).toEqual([]);
		expect(await uninstallContainer(given)).toBe(false);
	});

	it('is replaced by one of the same image when the registered projects change, and only then', async () => {
		const given = await place();
		expect(await updateContainer(given)).toBe(false);
		env['COMPARTMENT_IDENTITY_FILE'] = join(root, 'home');
		const {name} = await installContainer(given, bundle());
		const look = async () => given.memory.look((await given.engine.findByName('container', name))!.id);
		const first = await look();
		expect(await updateContainer(given)).toBe(false);
		expect((await look()).id).toBe(first.id);

		addProject(join(root, 'shop'), new Date(), env);
		// The shell of this command has not all variables of the one that installed it.
		const {COMPARTMENT_IDENTITY_FILE: _identity, ...poorer} = env;
		expect(await updateContainer({...given, env: poorer})).toBe(true);
		const second = await look();
		expect(second.state).toBe('running');
		expect(second.imageId).toBe(first.imageId);
		expect(second.spec.env).toEqual(first.spec.env);
		expect(Object.keys(second.spec.binds!)).toEqual([...Object.keys(first.spec.binds!), join(root, 'shop')]);
		expect(await updateContainer(given)).toBe(false);

		removeProject(join(root, 'shop'), env);
		expect(await updateContainer(given)).toBe(true);
		expect((await look()).spec.binds).toEqual(first.spec.binds);
		expect(await given.engine.listImages({'compartment.agent': 'image'})).toHaveLength(1);
	});

	it('of an older version, which does not say how it was installed, stays', async () => {
		const given = await place();
		const {name} = await installContainer(given, bundle());
		const {id, spec} = given.memory.look((await given.engine.findByName('container', name))!.id);
		await given.engine.remove(id);
		const {'compartment.agent.installation': _written, ...older} = spec.labels;
		await given.engine.run({...spec, labels: older});
		addProject(join(root, 'shop'), new Date(), env);
		await expect(updateContainer(given)).rejects.toThrow('it was installed by an older version');
		expect(await given.engine.findByName('container', name)).toBeDefined();
	});

	it('of somebody else with its name stays, and so does an image made from that of the agent', async () => {
		const given = await place();
		const {name} = await installContainer(given, bundle());
		await uninstallContainer(given);
		const image = given.memory.addImage('theirs:1', {labels: {'compartment.agent': 'image'}});
		const spec = {name, image: image.id, labels: {}, env: {}, attachments: [], restart: {policy: 'no'}} as const;
		await given.engine.run(spec);
		for (const act of [() => installContainer(given, bundle()), () => uninstallContainer(given)])
			await expect(act()).rejects.toThrow(`A container named ${name} exists that Compartment did not create.`);
		await given.engine.remove((await given.engine.findByName('container', name))!.id);
		await uninstallContainer(given);
		expect(await given.engine.findImage('theirs:1')).toBeDefined();
	});

	it('is refused for an engine elsewhere', async () => {
		const given = await place();
		const engine = {...given.engine, address: 'tcp://10.0.0.5:2376', isLocal: false};
		await expect(installContainer({...given, engine}, bundle())).rejects.toThrow(
			'The engine tcp://10.0.0.5:2376 is not on this machine',
		);
	});
});
