import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {chooseOffer} from '../../source/agent/choose-offer.ts';
import {systemClock as clock} from '../../source/agent/clock.ts';
import {takePresence} from '../../source/agent/presence.ts';
import {addProject, declineProject, removeProject} from '../../source/agent/registry.ts';
import {createStatusKeeper} from '../../source/agent/status-keeper.ts';

let home: string;

beforeEach(() => {
	home = mkdtempSync(join(tmpdir(), 'compartment-offer-'));
	mkdirSync(join(home, 'shop'));
	vi.stubEnv('COMPARTMENT_CONFIG_HOME', join(home, 'config'));
});

afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(home, {recursive: true, force: true});
});

const choose = (given: Partial<Parameters<typeof chooseOffer>[0]>) =>
	chooseOffer({
		folder: join(home, 'shop'),
		engineId: 'engine',
		hasUnkeptSchedule: false,
		hasLifetime: false,
		canAsk: true,
		...given,
	});

/** Writes what an agent writes when it starts, and holds its lock. */
async function startAgent(id: string) {
	const presence = await takePresence(id, {clock, signal: new AbortController().signal});
	const owner = {pid: 1, host: 'host', user: 'ada'};
	const engine = {id, name: id, address: 'memory:'};
	const {directory} = presence;
	createStatusKeeper({directory, clock, owner, engine, report: () => undefined}).report({
		type: 'started',
		at: 1,
		engine: 'memory:',
		projects: 0,
	});
	return presence;
}

it('asks only for a project that needs an agent', async () => {
	expect(await choose({})).toBeUndefined();
	expect(await choose({hasUnkeptSchedule: true})).toBe('ask');
	expect(await choose({hasLifetime: true})).toBe('ask');
});

it('asks for any project while an agent runs on its engine', async () => {
	const other = await startAgent('other');
	expect(await choose({})).toBeUndefined();
	const own = await startAgent('engine');
	expect(await choose({})).toBe('ask');
	expect(await choose({canAsk: false})).toBeUndefined();
	await own.release();
	expect(await choose({})).toBeUndefined();
	await other.release();
});

it('gives a hint where it cannot ask, but not of a schedule, of which the plan has warned', async () => {
	const canAsk = false;
	expect(await choose({canAsk})).toBeUndefined();
	expect(await choose({canAsk, hasLifetime: true})).toBe('hint');
	expect(await choose({canAsk, hasUnkeptSchedule: true})).toBeUndefined();
	expect(await choose({canAsk, hasUnkeptSchedule: true, hasLifetime: true})).toBeUndefined();
});

it('offers nothing once the user has decided', async () => {
	const folder = join(home, 'shop');
	const decided = async () => [
		await choose({hasUnkeptSchedule: true}),
		await choose({hasLifetime: true, canAsk: false}),
	];
	addProject(folder, new Date());
	expect(await decided()).toEqual([undefined, undefined]);
	removeProject(folder);
	expect(await decided()).toEqual([undefined, undefined]);
	declineProject(folder);
	addProject(folder, new Date());
	expect(await decided()).toEqual([undefined, undefined]);
});

it('offers nothing when the registry is damaged, because the apply has succeeded', async () => {
	addProject(join(home, 'shop'), new Date());
	writeFileSync(join(home, 'config/agent/projects.json'), '{');
	expect(await choose({hasUnkeptSchedule: true})).toBeUndefined();
});
