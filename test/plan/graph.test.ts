import {globSync} from 'node:fs';
import {basename} from 'node:path';
import {describe, expect, it} from 'vitest';
import {buildGraph} from '../../source/apply/graph/build-graph.ts';
import {renderGraph} from '../../source/output/plan/graph-text.ts';
import {busyActions} from '../../source/plan/plan.ts';
import {situations} from './situations.ts';
import {planOf} from './world.ts';

const applied = Object.entries(situations)
	.map(([name, world]) => [name, planOf(world)] as const)
	// Nothing is applied of these.
	.filter(([, {mode, actions}]) => mode !== 'refresh-only' && actions.every(({kind}) => kind !== 'blocked'));

describe('the steps of an apply', () => {
	it.each(applied)('of %s are as recorded', async (name, plan) => {
		await expect(`${renderGraph(buildGraph(plan), plan)}\n`).toMatchFileSnapshot(`../../snapshots/graph/${name}.txt`);
	});

	it.each(applied)('of %s carry out each action once, from its first step to its last', (_, plan) => {
		const steps = buildGraph(plan);
		for (const {address} of busyActions(plan)) {
			const own = steps.filter(step => step.address === address);
			expect(own.filter(({isFirst}) => isFirst).length, address).toBe(1);
			expect(own.filter(({isLast}) => isLast).length, address).toBe(1);
		}
		expect(new Set(steps.map(({id}) => id)).size).toBe(steps.length);
	});

	it('are recorded for situations that exist', () => {
		const files = globSync('../../snapshots/graph/*.txt', {cwd: import.meta.dirname});
		expect(files.map(file => basename(file, '.txt')).sort()).toEqual(applied.map(([name]) => name).sort());
	});
});
