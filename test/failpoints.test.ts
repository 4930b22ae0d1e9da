import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {failpoint, failpointNames, resetFailpoints} from '../source/failpoints.ts';

describe('failpoint', () => {
	beforeEach(resetFailpoints);
	afterEach(() => {
		delete process.env['COMPARTMENT_FAILPOINT'];
	});

	it('does nothing unless it is asked for', () => {
		failpoint('state.before-write');
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-rename:enospc';
		failpoint('state.before-write');
		expect(() => failpoint('state.before-rename')).toThrow(expect.objectContaining({code: 'ENOSPC'}));
	});

	it('waits for the nth hit, and fails once', () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-write:3:error';
		failpoint('state.before-write');
		failpoint('state.before-write');
		expect(() => failpoint('state.before-write')).toThrow(expect.objectContaining({code: 'EIO'}));
		failpoint('state.before-write');
	});

	it('stays full from the nth hit on', () => {
		process.env['COMPARTMENT_FAILPOINT'] = 'state.before-write:2:full';
		failpoint('state.before-write');
		for (const _ of [2, 3, 4])
			expect(() => failpoint('state.before-write')).toThrow(expect.objectContaining({code: 'ENOSPC'}));
	});

	it('refuses names and options that do not exist, so that no crash test passes without a crash', () => {
		for (const wanted of ['state.nowhere', 'state.before-write:soon', 'state.before-write:0']) {
			process.env['COMPARTMENT_FAILPOINT'] = wanted;
			expect(() => failpoint('state.before-write')).toThrow('COMPARTMENT_FAILPOINT');
		}
		expect(new Set(failpointNames).size).toBe(failpointNames.length);
	});
});
