import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {projectNameOf} from '../../source/init/detect.ts';
import {describeInit} from '../../source/init/init.ts';
import {read} from '../descriptor/support.ts';

let parent: string;
let folder: string;
beforeEach(() => {
	parent = mkdtempSync(join(tmpdir(), 'init-'));
	folder = join(parent, 'My Shop');
	mkdirSync(folder);
});
afterEach(() => rmSync(parent, {recursive: true, force: true}));

const touch = (...paths: string[]): void => {
	for (const path of paths) {
		mkdirSync(join(folder, path, '..'), {recursive: true});
		writeFileSync(join(folder, path), path.endsWith('.json') ? '{}' : '');
	}
};

const servicesOf = async () => {
	const {text, services} = await describeInit(folder);
	const project = read(text);
	expect(project.services.map(({name, path, kind}) => ({name, path, kind}))).toEqual(
		services.map(({name, path, kind}) => ({name, path, kind})),
	);
	return services.map(({name, path, kind}) => `${name} ${path} ${kind}`);
};

it('writes the minimal descriptor for one Dockerfile and touches nothing else', async () => {
	touch('Dockerfile');
	const {name, text} = await describeInit(folder);
	expect(name).toBe('my-shop');
	await expect(text).toMatchFileSnapshot('../../snapshots/init/minimal.txt');
	expect(readdirSync(folder)).toEqual(['Dockerfile']);
});

it('refuses an empty directory, because nothing in it can be built', async () => {
	await expect(describeInit(folder)).rejects.toThrow(
		expect.objectContaining({
			message: expect.stringMatching(
				/^Nothing here says what to build\. Looked for Dockerfile, go\.mod, .*package\.json, /,
			),
			hint: expect.stringContaining('docs/compartment-yml.md'),
		}),
	);
	expect(readdirSync(folder)).toEqual([]);
});

it.each(['compose.yaml', 'docker-compose.yml'])('says what to do with %s', async file => {
	touch(file);
	await expect(describeInit(folder)).rejects.toThrow(
		expect.objectContaining({hint: expect.arrayContaining([{command: 'import', words: [file]}])}),
	);
	touch('web/../package.json');
	expect((await describeInit(folder)).composeFile).toBe(file);
});

it('lists the services it finds', async () => {
	touch(
		'package.json',
		'apps/api/package.json',
		'apps/web/Dockerfile',
		'services/Jobs_1/package.json',
		'apps/docs/readme',
	);
	expect(await servicesOf()).toEqual(['jobs_1 services/Jobs_1 api', 'api apps/api api', 'web apps/web web']);
	const {text} = await describeInit(folder, 'shop');
	await expect(text).toMatchFileSnapshot('../../snapshots/init/services.txt');
});

it('makes the first one public when none is named web', async () => {
	touch('services/admin/Dockerfile', 'services/billing/Dockerfile');
	expect(await servicesOf()).toEqual(['admin services/admin web', 'billing services/billing api']);
});

it('takes the directory itself', async () => {
	touch('Dockerfile');
	expect(await servicesOf()).toEqual(['web . web']);
});

it('keeps names apart and quotes what YAML would misread', async () => {
	touch(
		'apps/api/Dockerfile',
		'services/api/Dockerfile',
		'apps/1e3/Dockerfile',
		'apps/null/Dockerfile',
		"apps/it's: a #1/Dockerfile",
	);
	expect(await servicesOf()).toEqual([
		'api services/api web',
		'1e3 apps/1e3 api',
		'apps-api apps/api api',
		"it-s-a-1 apps/it's: a #1 api",
		'null apps/null api',
	]);
});

it('never overwrites', async () => {
	touch('compartment.yml');
	await expect(describeInit(folder)).rejects.toThrow('compartment.yml already exists in this directory.');
});

it.each([
	['Bad', 'Project name "Bad" is invalid. Use a slug starting with a letter and no longer than 63 characters.'],
	['create', 'Project name "create" is reserved.'],
])('refuses the name %s', async (name, message) => {
	await expect(describeInit(folder, name)).rejects.toThrow(message);
});

it('asks for a name when the directory gives none', async () => {
	const digits = join(parent, '123');
	mkdirSync(digits);
	await expect(describeInit(digits)).rejects.toThrow(
		`Could not derive a valid project name from directory "${digits}". Re-run with --name <slug>.`,
	);
});

it.each([
	['/srv/Internal Tools', 'internal-tools'],
	['/srv/2024_shop--v2', 'shop-v2'],
	['/srv/Café', 'cafe'],
	['/srv/日本', undefined],
	['/srv/create', undefined],
	['/', undefined],
	[`/srv/${'a'.repeat(62)}-b`, 'a'.repeat(62)],
])('derives from %s the name %s', (directory, name) => {
	expect(projectNameOf(directory)).toBe(name);
});
