import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {loadProject} from '../../source/descriptor/load.ts';

let home: string;
let project: string;
let folder: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'compartment-cache-'));
	project = join(home, 'project');
	folder = join(home, 'compartment', 'projects');
	mkdirSync(project);
	describeProject('app');
	vi.stubEnv('XDG_CACHE_HOME', home);
	vi.stubEnv('COMPARTMENT_BUILD', 'one');
});

afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(home, {recursive: true, force: true});
});

function describeProject(name: string): void {
	const text = `name: ${name}\nservices:\n  web:\n    image: nginx:1\n    kind: web\n    port: 80\n`;
	writeFileSync(join(project, 'compartment.yml'), text);
}

const load = () => loadProject(project);

/** Marks the cached project, so that a result from the cache can be recognised. */
function markCached(): string {
	const file = join(folder, readdirSync(folder)[0]!);
	const content = JSON.parse(readFileSync(file, 'utf8'));
	content.project.warnings = ['from the cache'];
	writeFileSync(file, JSON.stringify(content));
	return file;
}

test('a project is cached as it was read, for its user alone', async () => {
	const first = await load();
	expect(await load()).toEqual(first);
	const file = markCached();
	expect(await load()).toEqual({...first, warnings: ['from the cache']});
	expect(statSync(folder).mode & 0o777).toBe(0o700);
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a changed file is read again, and so is a new routes file', async () => {
	await load();
	markCached();
	describeProject('apps');
	expect(await load()).toMatchObject({name: 'apps', warnings: []});
	markCached();
	writeFileSync(join(project, 'compartment.routes.yml'), 'version: 1\nroutes:\n  - {on: web, path: /a, to: web}\n');
	expect((await load()).routes).toHaveLength(1);
});

test('another build or folder, and a program run from source, does not use the cache', async () => {
	await load();
	markCached();
	vi.stubEnv('COMPARTMENT_BUILD', 'two');
	expect((await load()).warnings).toEqual([]);
	markCached();
	vi.stubEnv('COMPARTMENT_BUILD', '');
	expect((await load()).warnings).toEqual([]);
	expect(readdirSync(folder)).toHaveLength(1);
});

test('an invalid project is never cached', async () => {
	await load();
	markCached();
	writeFileSync(join(project, 'compartment.yml'), 'name: app\nservices: {web: {kind: wbe}}\n');
	await expect(load()).rejects.toThrow('did you mean "web"?');
	await expect(load()).rejects.toThrow('did you mean "web"?');
});

test('a cache file that others could write, or that is damaged, is ignored', async () => {
	await load();
	const file = markCached();
	chmodSync(folder, 0o777);
	expect((await load()).warnings).toEqual([]);
	chmodSync(folder, 0o700);
	markCached();
	chmodSync(file, 0o666);
	expect((await load()).warnings).toEqual([]);
	writeFileSync(file, '{"build":"one"');
	expect((await load()).warnings).toEqual([]);
	writeFileSync(file, '{"build":"one","ascent":0}');
	expect((await load()).name).toBe('app');
});

test('a cache that cannot be written does not fail the command', async () => {
	writeFileSync(join(home, 'compartment'), 'in the way');
	expect((await load()).name).toBe('app');
});

test('only the hundred newest cache files are kept', async () => {
	await load();
	const [own] = readdirSync(folder);
	for (let number = 0; number < 110; number++) {
		const file = join(folder, `${number}.json`);
		writeFileSync(file, '{}');
		utimesSync(file, number, number);
	}
	describeProject('apps');
	await load();
	const kept = readdirSync(folder);
	expect(kept).toHaveLength(100);
	expect(kept).toContain(own);
	expect(kept).not.toContain('0.json');
});
