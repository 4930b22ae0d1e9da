import {describe, expect, it} from 'vitest';
import {migrate} from '../../source/state/migrations.ts';

describe('migrate', () => {
	const table = {
		1: (document: Readonly<Record<string, unknown>>) => ({...document, steps: ['one']}),
		2: (document: Readonly<Record<string, unknown>>) => ({
			...document,
			steps: [...(document['steps'] as string[]), 'two'],
		}),
	};

	it('applies each version in order, without changing its input', () => {
		const first = {version: 1, name: 'shop'};
		expect(migrate(first, table, 3)).toEqual({document: {version: 3, name: 'shop', steps: ['one', 'two']}});
		expect(first).toEqual({version: 1, name: 'shop'});
		expect(migrate({version: 3}, table, 3)).toEqual({document: {version: 3}});
	});

	it('returns why a version cannot be migrated', () => {
		expect(migrate({version: 4}, table, 3)).toEqual({
			problem: expect.stringContaining('newer Compartment (format version 4'),
		});
		expect(migrate({version: 0}, table, 3)).toEqual({problem: 'has no valid format version'});
		expect(migrate({version: '1'}, table, 3)).toEqual({problem: 'has no valid format version'});
		expect(migrate({version: 1}, {}, 2)).toEqual({
			problem: expect.stringContaining('version 1, which this Compartment no longer'),
		});
	});
});
