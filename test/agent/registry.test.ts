import {mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {addProject, declineProject, findDecision, readRegistry, removeProject} from '../../source/agent/registry.ts';

let home: string;
let env: NodeJS.ProcessEnv;
const now = new Date('2026-01-01T00:00:00Z');

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'compartment-registry-'));
	env = {COMPARTMENT_CONFIG_HOME: join(home, 'config')};
	for (const name of ['shop', 'blog']) mkdirSync(join(home, name));
});

afterEach(() => rmSync(home, {recursive: true, force: true}));

const folders = () => readRegistry(env).map(({folder}) => folder);

it('lists projects in the order in which they were added', () => {
	expect(readRegistry(env)).toEqual([]);
	expect(addProject(join(home, 'shop'), now, env)).toBe(true);
	expect(addProject(join(home, 'blog'), now, env)).toBe(true);
	expect(readRegistry(env)).toEqual([
		{folder: join(home, 'shop'), addedAt: '2026-01-01T00:00:00.000Z'},
		{folder: join(home, 'blog'), addedAt: '2026-01-01T00:00:00.000Z'},
	]);
});

it('knows a folder by any path to it', () => {
	symlinkSync(join(home, 'shop'), join(home, 'link'));
	addProject(join(home, 'link'), now, env);
	expect(addProject(join(home, 'shop'), now, env)).toBe(false);
	expect(folders()).toEqual([join(home, 'shop')]);
});

it('removes a project whose folder is gone', () => {
	addProject(join(home, 'shop'), now, env);
	addProject(join(home, 'blog'), now, env);
	rmSync(join(home, 'shop'), {recursive: true});
	expect(removeProject(join(home, 'shop'), env)).toBe(true);
	expect(removeProject(join(home, 'shop'), env)).toBe(false);
	expect(folders()).toEqual([join(home, 'blog')]);
});

it('remembers what the user decided, and the last decision counts', () => {
	const shop = join(home, 'shop');
	expect(findDecision(shop, env)).toBeUndefined();
	declineProject(shop, env);
	declineProject(shop, env);
	expect(findDecision(shop, env)).toBe('declined');
	expect(folders()).toEqual([]);
	addProject(shop, now, env);
	expect(findDecision(shop, env)).toBe('registered');
	removeProject(shop, env);
	expect(findDecision(shop, env)).toBe('declined');
	expect(findDecision(join(home, 'blog'), env)).toBeUndefined();
});

it('reads a file of an older version, which remembers no refusal', () => {
	const shop = join(home, 'shop');
	addProject(shop, now, env);
	const projects = [{folder: shop, addedAt: now.toISOString()}];
	writeFileSync(join(home, 'config/agent/projects.json'), JSON.stringify({version: 1, projects}));
	expect(findDecision(shop, env)).toBe('registered');
	removeProject(shop, env);
	expect(findDecision(shop, env)).toBe('declined');
});

it('can be read by its user only', () => {
	addProject(join(home, 'shop'), now, env);
	expect(statSync(join(home, 'config/agent/projects.json')).mode & 0o777).toBe(0o600);
	expect(statSync(join(home, 'config/agent')).mode & 0o777).toBe(0o700);
});

it.each(['{', '{}', '{"projects": [{"folder": 1}]}', '{"projects": [], "declined": [1]}', 'null'])(
	'says how to repair the damaged file %s',
	text => {
		addProject(join(home, 'shop'), now, env);
		writeFileSync(join(home, 'config/agent/projects.json'), text);
		expect(() => readRegistry(env)).toThrow('config/agent/projects.json is damaged');
	},
);
