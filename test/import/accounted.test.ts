import {readdirSync, readFileSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {DescriptorError, formatPath, type Path} from '../../source/descriptor/problem.ts';
import {readProject} from '../../source/descriptor/read.ts';
import {descriptorText} from '../../source/import/descriptor-text.ts';
import type {Imported} from '../../source/import/result.ts';
import {fixture, fixtures, importAt, importText} from './support.ts';

const childrenOf = (value: unknown): [string | number, unknown][] => {
	if (Array.isArray(value)) return value.map((item, index) => [index, item]);
	return typeof value === 'object' && value !== null ? Object.entries(value) : [];
};

const leavesOf = (value: unknown, path: Path = []): Path[] => {
	const children = childrenOf(value);
	return children.length === 0 ? [path] : children.flatMap(([key, child]) => leavesOf(child, [...path, key]));
};

/** Leaves of a file that an import neither carried over nor listed. The file is parsed here by other means. */
function lost(text: string, {notes, carried}: Imported): string[] {
	const tree: unknown = parse(text, {merge: true, logLevel: 'silent'});
	// A remark on a whole service says nothing about its keys.
	const remarks = new Set(
		childrenOf(tree).flatMap(([section, entries]) => childrenOf(entries).map(([name]) => formatPath([section, name]))),
	);
	const telling = notes.filter(({kind, path}) => kind !== 'changed' || !remarks.has(path));
	const covered = new Set([...telling.map(({path}) => path), ...carried]);
	const isCovered = (path: Path) => path.some((_, index) => covered.has(formatPath(path.slice(0, index + 1))));
	return leavesOf(tree)
		.filter(path => !isCovered(path))
		.map(formatPath);
}

const isValid = ({descriptor}: Imported): boolean => {
	const bytes = new TextEncoder().encode(descriptorText(descriptor, 'x'));
	readProject({descriptor: {kind: 'bytes', bytes}, routes: {kind: 'missing'}}, '/nowhere', 8);
	return true;
};

describe('every key', () => {
	it.each(fixtures)('of %s is carried over or listed, and the result is valid', name => {
		const imported = importAt(fixture(name));
		expect(lost(readFileSync(fixture(name), 'utf8'), imported)).toEqual([]);
		expect(isValid(imported)).toBe(true);
	});

	it('that nobody has thought of is listed', () => {
		const text =
			'services: {web: {image: a, ports: [80], brand_new: {a: [1, {b: 2}]}, deploy: {resources: {limits: {cpus: 1}, more: 2}}}}\nfresh: 1\n';
		const imported = importText(text);
		expect(imported.notes.filter(({kind}) => kind === 'missing').map(({path}) => path)).toEqual([
			'services.web.brand_new',
			'services.web.deploy.resources.more',
			'fresh',
		]);
		expect(imported.tally).toEqual({carried: 3, listed: 4});
	});

	it('of an included file is carried over or listed', () => {
		const more = 'version: "3"\nservices: {db: {image: b, user: c}}\nmodels: {}\nvolumes: {v: {driver: nfs}}\n';
		const {notes} = importText('include: [more.yaml]\nservices: {web: {image: a, ports: [80]}}\n', {'more.yaml': more});
		const paths = notes.filter(({kind}) => kind === 'missing').map(({path}) => path);
		expect(paths).toEqual(['include[0]', 'services.db.user', 'volumes.v']);
	});

	it('that is lost is found by this test', () => {
		const imported = importText('services: {web: {image: a, ports: [80]}}\n');
		expect(lost('services: {web: {image: a, ports: [80], user: b}}\n', imported)).toEqual(['services.web.user']);
	});
});

const corpus = process.env['COMPARTMENT_IMPORT_CORPUS'];

/** Each file once, also where a link leads to its folder. */
function filesBelow(folder: string): string[] {
	const found = readdirSync(folder, {recursive: true, withFileTypes: true})
		.filter(entry => entry.isFile() && /\.ya?ml$/.test(entry.name))
		.map(entry => realpathSync(join(entry.parentPath, entry.name)));
	return [...new Set(found)].sort();
}

/** A folder of foreign Compose files, which are not part of the project. */
describe.skipIf(corpus === undefined)('of a folder of foreign files', () => {
	it('no file fails, takes a second, loses a key or makes something invalid', {timeout: 600_000}, () => {
		const figures = {files: 0, imported: 0, refused: 0, valid: 0, carried: 0, listed: 0, slowest: 0};
		const faults: string[] = [];
		for (const path of filesBelow(corpus!)) {
			figures.files++;
			const begun = performance.now();
			try {
				const imported = importAt(path);
				figures.imported++;
				const found = lost(readFileSync(path, 'utf8').replaceAll('!!merge <<:', '<<:        '), imported);
				if (found.length > 0) faults.push(`${path}: ${found.join(', ')}`);
				figures.valid += Number(isValid(imported));
				figures.carried += imported.tally.carried;
				figures.listed += imported.tally.listed;
			} catch (error) {
				if (error instanceof DescriptorError && error.problems.every(({file}) => file !== 'compartment.yml'))
					figures.refused++;
				else faults.push(`${path}: ${String(error)}`);
			}
			const taken = Math.round(performance.now() - begun);
			figures.slowest = Math.max(figures.slowest, taken);
			if (taken > 1000) faults.push(`${path}: ${taken} ms`);
		}
		console.log(figures);
		expect(faults).toEqual([]);
		expect(figures.imported).toBeGreaterThan(figures.files / 2);
	});
});
