import {describe, expect, it, vi} from 'vitest';
import type {Engine} from '../../source/engine/engine.ts';
import {openStore} from '../../source/engine-state/store.ts';
import {EngineError, UserError} from '../../source/errors.ts';
import {ownRecord} from '../../source/state/lock.ts';

vi.mock(import('node:timers/promises'), async original =>
	(await import('../apply/short-pauses.ts')).shortenPauses(original),
);

// As fast as the pauses.
vi.mock(import('../../source/clock.ts'), async original => {
	const {steadyNow} = await original();
	return {steadyNow: () => 100 * steadyNow()};
});

const busy = `busy ${JSON.stringify({...ownRecord('apply'), host: 'bens-laptop'})}`;
const taken = 'taken none none 0';

/** An engine whose execs answer like this, one list each. An exec ends after its last answer. */
function engineOf(...execs: readonly (readonly string[])[]): Pick<Engine, 'exec'> {
	const waiting = [...execs];
	return {
		async exec(_id, _command, {input, onLine} = {}) {
			const answers = [...(waiting.shift() ?? [])];
			if (answers.length > 0)
				for await (const text of input as AsyncIterable<string>) {
					if (text.startsWith('bye')) break;
					onLine?.(answers.shift()!, 'stdout');
					if (answers.length === 0) break;
				}
			throw new EngineError('the connection was cut');
		},
	};
}

const open = (engine: Pick<Engine, 'exec'>, findContainer = async () => 'router') =>
	openStore({engine, findContainer, name: 'shop.production', record: ownRecord('apply')});

describe('waiting for the lock', () => {
	it('goes on over a new connection after a cut, because the holder may have replaced the router', async () => {
		let looks = 0;
		const store = await open(engineOf([busy], [busy, taken]), async () => {
			// Just now it is being replaced.
			if (++looks === 2) throw new UserError('The router does not run.');
			return 'router';
		});
		expect(await store.take()).toMatchObject({owner: {host: 'bens-laptop'}});
		expect(await store.take()).toMatchObject({owner: {host: 'bens-laptop'}});
		expect(await store.take()).toMatchObject({stateHash: 'none'});
		await store.close();
	});

	it('does not hide why the engine never answered', async () => {
		const store = await open(engineOf());
		await expect(store.take()).rejects.toThrow('cannot reach the state on the engine: the connection was cut');
		await store.close();
	});
});

describe('an engine that stays away', () => {
	it('is waited for once: what comes after, up to the end of the command, tries once more', async () => {
		let looks = 0;
		const store = await open(engineOf([taken]), async () => {
			if (++looks > 1) throw new UserError('The router does not run.');
			return 'router';
		});
		await store.take();
		await expect(store.send('append 0')).rejects.toThrow('The router does not run.');
		const first = looks;
		expect(first).toBeGreaterThan(10);
		await expect(store.send('append 0')).rejects.toThrow('The router does not run.');
		await expect(store.send('put')).rejects.toThrow('The router does not run.');
		expect(looks - first).toBeLessThanOrEqual(4);
		await store.close();
	});
});
