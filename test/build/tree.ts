import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {onTestFinished} from 'vitest';
import type {Build, Service} from '../../source/descriptor/project.ts';

/** Path → content; `null` is an empty folder, `{link}` a symlink. */
export type Tree = Readonly<Record<string, string | Uint8Array | null | {readonly link: string}>>;

/** Writes files below a folder. */
export function writeTree(root: string, tree: Tree): void {
	for (const [name, content] of Object.entries(tree)) {
		const file = path.join(root, name);
		mkdirSync(content === null ? file : path.dirname(file), {recursive: true});
		if (content === null) continue;
		if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, file);
		else writeFileSync(file, content);
	}
}

/** Creates a folder that is removed after the test. Returns its real path. */
export function makeTree(tree: Tree = {}): string {
	const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'compartment-build-')));
	onTestFinished(() => rmSync(root, {recursive: true, force: true}));
	writeTree(root, tree);
	return root;
}

type ServiceOptions = Partial<Omit<Service, 'build'>> & {readonly build?: Partial<Build>};

/** A web service with defaults. */
export const makeService = ({build, ...options}: ServiceOptions = {}): Service => ({
	name: 'web',
	kind: 'web',
	accessMode: 'public',
	isExposed: true,
	path: '.',
	env: {},
	secretFiles: {},
	connections: [],
	run: {restart: {policy: 'on-failure'}},
	...options,
	build: {strategy: 'auto', include: [], env: [], packages: {build: [], runtime: []}, ...build},
});
