import {expect, test} from 'vitest';
import {fitHead} from '../../source/ui/logs/failure-lines.ts';

const trace = [
	'reading config',
	'TypeError: Invalid URL',
	...Array.from({length: 12}, (_, index) => `    at step ${index + 1}`),
	'Node.js v24',
];
const head = {headlines: ['It failed'], lines: trace, note: 'Below is what serves.'};
const textsOf = (rows: number, wanted: number, lines = trace) =>
	fitHead({...head, lines}, {columns: 60, rows, wanted}, text => text).map(({text}) => text);

test('the failure gets the space that a short log leaves free', () => {
	expect(textsOf(20, 2)).toEqual(['It failed', ...trace, 'Below is what serves.']);
});

test('a log that fills the pane keeps half of it', () => {
	expect(textsOf(20, 20)).toHaveLength(10);
	expect(textsOf(3, 3)).toEqual(['Below is what serves.']);
});

test('lines that do not all fit start at the one that names the error, with their indent', () => {
	expect(textsOf(10, 10)).toEqual([
		'It failed',
		'TypeError: Invalid URL',
		'    at step 1',
		'    at step 2',
		'Below is what serves.',
	]);
});

test('the last lines are shown when none names an error', () => {
	const lines = Array.from({length: 30}, (_, index) => `line ${index + 1}`);
	expect(textsOf(10, 10, lines)).toEqual(['It failed', 'line 28', 'line 29', 'line 30', 'Below is what serves.']);
	const late = [...lines, 'ERROR no table named invoices'];
	expect(textsOf(10, 10, late).at(-2)).toBe('ERROR no table named invoices');
});
