import {describe, expect, it} from 'vitest';
import {findCycle, importsIn, readSources} from './imports.ts';
import {levels} from './rooms.ts';

/** Files directly in `source/`, which every room may import. */
const forAll = [
	'bounded-text',
	'cache-file',
	'clock',
	'counted',
	'errors',
	'failpoints',
	'programs',
	'nearest',
	'command-names',
	'continuous-integration',
	'hint',
	'parallelism',
	'render-hint',
	'shell-word',
].map(name => `source/${name}.ts`);

const sources = readSources();
const roomOf = (path: string): string | undefined => /^source\/([^/]+)\//.exec(path)?.[1];
const levelOf = (room: string): number => levels.findIndex(rooms => rooms.includes(room));

const edges = sources.flatMap(({path, imports}) => imports.map(found => ({path, ...found})));
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
const importersOf = (name: string) =>
	edges.filter(({specifier, target}) => target === undefined && packageOf(specifier) === name);

describe('the import reader', () => {
	it('finds every form of import', () => {
		const text = `
import {a, type B} from './a.ts';
import type {
	C,
	D,
} from "./c.ts";
import E, * as F from 'e';
import './effect.ts';
export {g} from './g.ts';
export type {H} from './h.ts';
export * from './i.ts';
// import {x} from './comment.ts';
/* import {y} from './block.ts'; */
const text = "from './string.ts'";
const j = await import('./j.ts');
`;
		expect(importsIn(text)).toEqual([
			{specifier: './a.ts', isType: false, isDynamic: false},
			{specifier: './c.ts', isType: true, isDynamic: false},
			{specifier: 'e', isType: false, isDynamic: false},
			{specifier: './effect.ts', isType: false, isDynamic: false},
			{specifier: './g.ts', isType: false, isDynamic: false},
			{specifier: './h.ts', isType: true, isDynamic: false},
			{specifier: './i.ts', isType: false, isDynamic: false},
			{specifier: './j.ts', isType: false, isDynamic: true},
		]);
	});

	it('finds a cycle, and none where there is none', () => {
		const chain = new Map([
			['a', ['b', 'c']],
			['b', ['c']],
			['c', ['d']],
		]);
		expect(findCycle(chain)).toBeUndefined();
		expect(findCycle(chain.set('d', ['b']))).toEqual(['b', 'c', 'd', 'b']);
	});

	it('reads the whole program', () => {
		expect(sources.length).toBeGreaterThan(150);
		expect(edges.filter(({target}) => target !== undefined).length).toBeGreaterThan(500);
		expect(edges.some(({path, target}) => path === 'cli.tsx' && target === 'source/commands/main.ts')).toBe(true);
	});
});

describe('imports', () => {
	it('know every room', () => {
		const unknown = sources
			.map(({path}) => path)
			.filter(path => path !== 'cli.tsx' && !forAll.includes(path) && levelOf(roomOf(path) ?? '') < 0);
		expect(unknown).toEqual([]);
	});

	it('point down only', () => {
		const upward = edges.flatMap(({path, target}) => {
			const [from, to] = [roomOf(path), target && roomOf(target)];
			return from && to && levelOf(to) > levelOf(from) ? [`${path} → ${target}`] : [];
		});
		expect(upward).toEqual([]);
	});

	it('of the files for all rooms go to the model at most', () => {
		const inward = edges.filter(
			({path, target}) =>
				forAll.includes(path) && target && !forAll.includes(target) && !target.startsWith('source/model/'),
		);
		expect(inward.map(({path, target}) => `${path} → ${target}`)).toEqual([]);
	});

	it('make no cycle between rooms', () => {
		const graph = new Map<string, Set<string>>();
		for (const {path, target} of edges) {
			const [from, to] = [roomOf(path), target && roomOf(target)];
			if (from && to && from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
		}
		expect(graph.size).toBeGreaterThan(8);
		expect(findCycle(graph)).toBeUndefined();
	});

	it('make no cycle between files', () => {
		const graph = new Map(
			sources.map(({path, imports}) => [path, imports.flatMap(({target}) => target ?? [])] as const),
		);
		expect(findCycle(graph)).toBeUndefined();
	});

	it('never reach the entry', () => {
		expect(edges.filter(({target}) => target === 'cli.tsx').map(({path}) => path)).toEqual([]);
	});

	it.each(['ink', 'react'])('of %s are in ui only', name => {
		const importers = importersOf(name);
		expect(importers.length).toBeGreaterThan(3);
		expect(importers.filter(({path}) => roomOf(path) !== 'ui').map(({path}) => path)).toEqual([]);
	});

	it('of the engine are in no screen: commands and the dashboard own it, and feed the stores', () => {
		const reaching = edges.filter(({path, target}) => roomOf(path) === 'ui' && target && roomOf(target) === 'engine');
		expect(reaching.map(({path, target}) => `${path} → ${target}`)).toEqual([]);
	});

	it('of dockerode are in the Docker engine only', () => {
		const importers = importersOf('dockerode');
		expect(importers.filter(({isType}) => !isType).map(({path}) => path)).toEqual(['source/engine/docker.ts']);
		const elsewhere = importers.filter(({path}) => !/^source\/engine\/docker(?:-[a-z-]+)?\.ts$/.test(path));
		expect(elsewhere.map(({path}) => path)).toEqual([]);
	});

	it('of the screens are dynamic outside of ui, so that a plain command loads none', () => {
		const eager = edges.filter(
			({path, target, isType, isDynamic}) =>
				roomOf(path) !== 'ui' && target !== undefined && /^source\/ui\/.*\.tsx$/.test(target) && !isType && !isDynamic,
		);
		expect(eager.map(({path, target}) => `${path} → ${target}`)).toEqual([]);
	});

	it('of conf are dynamic, and only where a setting is written', () => {
		expect(importersOf('conf')).toEqual([
			{path: 'source/settings/change-setting.ts', specifier: 'conf', target: undefined, isType: false, isDynamic: true},
		]);
		const changing = edges.filter(({target}) => target === 'source/settings/change-setting.ts').map(({path}) => path);
		expect(changing).toEqual([
			'source/commands/backups/add.ts',
			'source/commands/backups/remove.ts',
			'source/commands/machines/add.ts',
			'source/commands/machines/remove.ts',
			'source/commands/settings/set.ts',
			'source/commands/settings/unset.ts',
		]);
	});

	it('at the entry are static for package.json alone', () => {
		const {imports} = sources.find(({path}) => path === 'cli.tsx')!;
		expect(imports.filter(({isDynamic}) => !isDynamic).map(({specifier}) => specifier)).toEqual(['./package.json']);
		expect(imports.filter(({isDynamic}) => isDynamic).length).toBeGreaterThan(0);
	});
});
