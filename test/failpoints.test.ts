import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {failpoint, failpointNames, resetFailpoints} from '../source/failpoints.ts';

describe('a failpoint', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it('does nothing unless COMPARTMENT_FAILPOINT names it', () => {
		failpoint('state.before-write');
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-rename:enospc';
		failpoint('state.before-write');
		expect(() => failpoint('state.before-rename')).toThrow(expect.objectContaining({code: 'ENOSPC'}));
	});

	it('throws once, at the nth hit', () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-write:3:error';
		failpoint('state.before-write');
		failpoint('state.before-write');
		expect(() => failpoint('state.before-write')).toThrow(expect.objectContaining({code: 'EIO'}));
		failpoint('state.before-write');
	});

	it('throws at every hit from the nth on with :full', () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-write:2:full';
		failpoint('state.before-write');
		for (const _ of [2, 3, 4])
			expect(() => failpoint('state.before-write')).toThrow(expect.objectContaining({code: 'ENOSPC'}));
	});

	it('throws for unknown names and options, so that no crash test passes without a crash', () => {
		for (const wanted of ['state.nowhere', 'state.before-write:soon', 'state.before-write:0']) {
			process.env['COMPARTMENT_FAILPOINT'] = wanted;
			expect(() => failpoint('state.before-write')).toThrow('COMPARTMENT_FAILPOINT');
		}
		expect(new Set(failpointNames).size).toBe(failpointNames.length);
	});
});
