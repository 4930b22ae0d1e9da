import {globSync} from 'node:fs';
import {basename} from 'node:path';
import {describe, expect, it} from 'vitest';
import {plainPaint} from '../../source/output/colour.ts';
import {unicodeGlyphs} from '../../source/output/glyphs.ts';
import {renderPlan} from '../../source/output/plan/plan-text.ts';
import {situations} from './situations.ts';
import {planOf} from './world.ts';

const options = {paint: plainPaint, glyphs: unicodeGlyphs, columns: 100, isFull: false};

describe('golden plans', () => {
	it.each(Object.entries(situations))('the plan of %s matches its recorded text', async (name, world) => {
		const text = renderPlan(planOf(world), options);
		await expect(`${text}\n`).toMatchFileSnapshot(`../../snapshots/plan/${name}.txt`);
	});

	it('every recorded file belongs to a situation', () => {
		const files = globSync('../../snapshots/plan/*.txt', {cwd: import.meta.dirname});
		const recorded = files.map(file => basename(file, '.txt'));
		expect(recorded.sort()).toEqual(Object.keys(situations).sort());
	});
});
