import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {expectReconnects, withLosableEngine} from '../docker/lost-engine.ts';

const lab = withLosableEngine(15 * 60_000);

test('an agent whose engine was gone for ten minutes takes next to nothing, connects again, and heals', () =>
	expectReconnects(lab, async () => {
		await pause(9 * 60_000);
		const {cpuShare, memory} = await lab.agent.measure(60_000);
		expect(cpuShare).toBeLessThan(0.01);
		expect(memory).toBeLessThan(90e6);
	}));
