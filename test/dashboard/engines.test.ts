import {expect, test} from 'vitest';
import {joinLinks} from '../../source/dashboard/link.ts';
import {askEngines, type Files} from '../../source/dashboard/world.ts';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {EngineError} from '../../source/errors.ts';
import type {EngineConnection} from '../../source/workspace/workspace.ts';

const live = (address: string) => ({address, link: {status: 'live', engine: address} as const});
const lost = (address: string, since = 1) => ({address, link: {status: 'lost', message: 'no route', since} as const});
const connecting = {address: 'ssh://web2', link: {status: 'connecting'} as const};

test('one engine is shown as it is', () => {
	expect(joinLinks([live('Docker 28')])).toEqual({status: 'live', engine: 'Docker 28'});
	expect(joinLinks([lost('ssh://web1')])).toEqual({status: 'lost', message: 'no route', since: 1});
	expect(joinLinks([connecting])).toEqual({status: 'connecting'});
});

test('of several engines, those that do not answer are named beside the others', () => {
	expect(joinLinks([live('Docker 28'), live('ssh://web1')])).toEqual({status: 'live', engine: 'Docker 28, ssh://web1'});
	expect(joinLinks([live('Docker 28'), lost('ssh://web1'), connecting])).toEqual({
		status: 'live',
		engine: 'Docker 28, ssh://web1 does not answer',
	});
	expect(joinLinks([connecting, lost('ssh://web1', 2), lost('ssh://web3', 3)])).toMatchObject({
		status: 'lost',
		since: 2,
	});
});

const connectionTo = (address: string): EngineConnection =>
	({
		engine: {...createMemoryEngine(), address, isLocal: !address.includes('://')},
		router: {name: 'compartment-router', listen: '127.0.0.1', port: 9080, tlsPort: 9443},
		settings: {},
		readProbes: async () => new Map(),
	}) as unknown as EngineConnection;

const filesOf = (connections: Readonly<Record<string, EngineConnection>>): Files => ({
	project: undefined,
	name: 'shop',
	directory: '/nowhere',
	isMissing: false,
	trouble: undefined,
	environments: Object.entries(connections).map(([name, connection]) => ({
		name,
		directory: '/nowhere',
		state: undefined,
		problem: undefined,
		connection,
	})),
});

test('each environment is read from its own engine, and each engine once', async () => {
	const [here, there] = [connectionTo('unix:///here.sock'), connectionTo('ssh://web1')];
	const calls: string[] = [];
	for (const {engine} of [here, there]) {
		const {observe} = engine;
		Object.assign(engine, {
			observe: (labels: Readonly<Record<string, string>>) => {
				if ('compartment.lineage' in labels) calls.push(engine.address);
				return observe(labels);
			},
		});
	}
	const answers = await askEngines(filesOf({staging: here, preview: here, production: there}));
	expect([...answers.keys()]).toEqual(['staging', 'preview', 'production']);
	expect(calls.sort()).toEqual(['ssh://web1', 'unix:///here.sock']);
});

test('an engine that does not answer leaves what it said before, and the others as they are', async () => {
	const [here, there] = [connectionTo('unix:///here.sock'), connectionTo('ssh://web1')];
	const files = filesOf({staging: here, production: there});
	const before = await askEngines(files);
	const silent = () => Promise.reject(new EngineError('cannot list containers: no route'));
	Object.assign(there.engine, {observe: silent});
	const after = await askEngines(files, before);
	expect(after.get('production')).toBe(before.get('production'));
	expect(after.get('staging')).not.toBe(before.get('staging'));
	expect([...(await askEngines(files)).keys()]).toEqual(['staging']);
	Object.assign(here.engine, {observe: silent});
	await expect(askEngines(files, before)).rejects.toThrow('no route');
});
