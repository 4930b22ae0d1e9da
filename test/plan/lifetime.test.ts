import {expect, it} from 'vitest';
import {parseExpires} from '../../source/commands/definitions/parse.ts';
import {lifetimeText} from '../../source/model/lifetime.ts';
import {action, unchangedAction} from '../../source/plan/actions.ts';
import {planLifetime} from '../../source/plan/lifetime.ts';
import type {Lifetime, State} from '../../source/state/state.ts';

const day = 24 * 3_600_000;
const lifetime: Lifetime = {expiresAt: '2026-03-05T10:30:00.000Z', lifetimeMs: 3 * day, deletesData: false};
const state = (given?: Lifetime | null) => ({lifetime: given}) as State;
const busy = [action({address: 'service.web', object: 'service', kind: 'create', reasons: ['new']})];
const idle = [unchangedAction('service.web', 'service')];

it('an apply sets the lifetime that was asked for, and shows it', () => {
	const {actions, lifetime: planned} = planLifetime(
		{mode: 'apply', state: state(), lifetime: {lifetimeMs: 3 * day, deletesData: true}},
		idle,
	);
	expect(planned).toEqual({lifetimeMs: 3 * day, deletesData: true});
	expect(actions).toMatchObject([
		{
			address: 'lifetime',
			kind: 'update',
			changes: [
				{name: 'expires', before: {type: 'absent'}, after: {type: 'computed', note: '3d after the apply'}},
				{name: 'data', after: {type: 'text', text: 'deleted'}},
			],
		},
	]);
});

it('an apply that changes something extends it by the same time, and one that changes nothing leaves it', () => {
	const {actions, lifetime: planned} = planLifetime({mode: 'apply', state: state(lifetime)}, busy);
	expect(planned).toEqual({lifetimeMs: 3 * day, deletesData: false});
	expect(actions[0]).toMatchObject({
		reasons: ['an apply extends it'],
		changes: [{before: {text: '2026-03-05 10:30 UTC'}, after: {note: '3d after the apply'}}],
	});
	expect(planLifetime({mode: 'apply', state: state(lifetime)}, idle)).toEqual({actions: [], lifetime: null});
	expect(planLifetime({mode: 'apply', state: state()}, busy)).toEqual({actions: [], lifetime: null});
	expect(planLifetime({mode: 'destroy', state: state(lifetime)}, busy)).toEqual({actions: [], lifetime: null});
});

it('--expires never ends it, and changes nothing when there is none', () => {
	const never = {lifetimeMs: null, deletesData: false};
	const {actions, lifetime: planned} = planLifetime({mode: 'apply', state: state(lifetime), lifetime: never}, idle);
	expect(planned).toEqual(never);
	expect(actions[0]).toMatchObject({
		reasons: ['--expires never'],
		changes: [{after: {type: 'absent'}}, {name: 'data'}],
	});
	expect(planLifetime({mode: 'apply', state: state(null), lifetime: never}, idle).actions).toEqual([]);
});

it.each([
	['10m', 600_000],
	['12h', day / 2],
	['3d', 3 * day],
	['2w', 14 * day],
	['never', null],
])('--expires %s is read', (text, value) => {
	expect(parseExpires(text)).toEqual({value});
	if (value !== null) expect(lifetimeText(value)).toBe(text);
});

it.each(['', '3', '9m', '366d', '-1d', '1y', '1.5h'])('--expires %j is refused', text => {
	expect(parseExpires(text)).toHaveProperty('problem');
});
