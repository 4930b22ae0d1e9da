import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {newId} from '../../source/model/ids.ts';
import {containerLabels, hostsIn, imageLabels, imageLabelsOf, labels, labelsOf} from '../../source/model/labels.ts';
import {specHash} from '../../source/model/spec-hash.ts';
import {isSameScope, scopeAddress} from '../../source/model/values.ts';

describe('newId', () => {
	it('makes ids with a prefix that are valid in names', () => {
		expect(newId('dpl')).toMatch(/^dpl_[0-9a-hjkmnp-tv-z]{15}$/);
	});

	it('makes ids that sort by time', () => {
		const time = fc.integer({min: 0, max: Date.UTC(2200, 0, 1)});
		fc.assert(
			fc.property(time, time, (one, other) => {
				fc.pre(one !== other);
				expect(newId('dpl', one) < newId('dpl', other)).toBe(one < other);
			}),
		);
	});

	it('makes no id twice within a millisecond', () => {
		const ids = Array.from({length: 2000}, () => newId('run', 1_700_000_000_000));
		expect(new Set(ids).size).toBe(ids.length);
	});
});

describe('specHash', () => {
	it('is the same for any order of keys, and for undefined fields', () => {
		const hash = specHash({a: 1, b: {c: [1, 2], d: 'x'}});
		expect(hash).toMatch(/^[0-9a-f]{16}$/);
		expect(specHash({b: {d: 'x', c: [1, 2], e: undefined}, a: 1})).toBe(hash);
	});

	it('differs when anything differs', () => {
		const value = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.nat(), fc.array(fc.string(), {maxLength: 3})), {
			maxKeys: 4,
		});
		const sorted = (item: object) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
		fc.assert(
			fc.property(value, value, (one, other) => {
				expect(specHash(one) === specHash(other)).toBe(sorted(one) === sorted(other));
			}),
		);
		expect(specHash({a: [1, 2]})).not.toBe(specHash({a: [2, 1]}));
		expect(specHash({a: '1'})).not.toBe(specHash({a: 1}));
	});
});

describe('labels', () => {
	it('are set for known values only', () => {
		const object = {lineage: 'l', project: 'shop', environment: 'production', address: 'service.web'};
		expect(Object.keys(labelsOf(object))).toEqual([labels.lineage, labels.project, labels.environment, labels.address]);
		expect(labelsOf({...object, deployment: 'dpl_1', spec: 'abc', op: 'op_1'})).toEqual({
			'compartment.lineage': 'l',
			'compartment.project': 'shop',
			'compartment.environment': 'production',
			'compartment.address': 'service.web',
			'compartment.deployment': 'dpl_1',
			'compartment.spec': 'abc',
			'compartment.op': 'op_1',
		});
	});
});

describe('scopes', () => {
	it('have different addresses', () => {
		expect(scopeAddress({type: 'environment'})).toBe('environment');
		expect(scopeAddress({type: 'service', name: 'web'})).toBe('service.web');
		expect(isSameScope({type: 'resource', name: 'web'}, {type: 'service', name: 'web'})).toBe(false);
		expect(isSameScope({type: 'resource', name: 'db'}, {type: 'resource', name: 'db'})).toBe(true);
	});
});

describe('labels of images', () => {
	it('are separate from those of containers, which would inherit them', () => {
		const object = {lineage: 'l', project: 'p', environment: 'e', address: 'image.web', op: 'o'};
		const own = imageLabelsOf(object);
		expect(Object.values(own)).toEqual(Object.values(object));
		for (const key of Object.values(labels)) expect(own).not.toHaveProperty(key);
		expect(Object.values(imageLabels)).toHaveLength(5);
	});

	it('are blanked on a container that does not set them', () => {
		const image = {'compartment.lineage': 'other', 'compartment.hosts': 'a.b', 'compartment.later': 'x', vendor: 'v'};
		const own = containerLabels({'compartment.lineage': 'ours'}, image);
		expect(own).toEqual({'compartment.lineage': 'ours', 'compartment.hosts': '', 'compartment.later': ''});
		expect(hostsIn(own)).toEqual([]);
		expect(hostsIn({[labels.hosts]: 'a.b,c.d'})).toEqual(['a.b', 'c.d']);
	});
});
