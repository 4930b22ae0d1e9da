import {expect, it} from 'vitest';
import {reportLines} from '../../source/console/import-report.ts';
import {descriptorText} from '../../source/import/descriptor-text.ts';
import {createPaint} from '../../source/output/colour.ts';
import {fixture, fixtures, importAt} from './support.ts';

const paint = createPaint({stream: process.stdout, env: {NO_COLOR: '1'}, flag: false});

it.each(fixtures)('%s becomes this compartment.yml, with this report', async name => {
	const imported = importAt(fixture(name));
	const text = `${descriptorText(imported.descriptor, name)}\n---${reportLines(imported, paint).join('\n')}\n`;
	await expect(text).toMatchFileSnapshot(`../../snapshots/import/${name.split('/')[0]}.txt`);
});

it.each(fixtures)('%s becomes the same a second time', name => {
	expect(importAt(fixture(name))).toEqual(importAt(fixture(name)));
});

it('no secret of a file is in what is written or printed', () => {
	const secrets = [
		'tr0ub4dor',
		'correct-horse',
		'battery-staple',
		'hunter2',
		'letmein',
		'abc123',
		'secret@',
		'example@',
		'glpat-3141',
		'k-2718',
	];
	for (const name of fixtures) {
		const imported = importAt(fixture(name));
		const shown = descriptorText(imported.descriptor, name) + reportLines(imported, paint).join('\n');
		expect(secrets.filter(secret => shown.includes(secret))).toEqual([]);
	}
});
