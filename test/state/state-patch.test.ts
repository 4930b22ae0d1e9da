import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {State} from '../../source/state/state.ts';
import {findGap, isPatch, patchBetween, replay} from '../../source/state/state-patch.ts';
import {withVariable} from '../../source/state/variables.ts';
import {deployedWorld} from '../plan/world.ts';
import {plainVariable} from './fixtures.ts';

const {state: base} = deployedWorld().input;

const asFile = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const successor = (before: State, change: Partial<State>): State => ({...before, ...change, serial: before.serial + 1});

const keys = ['a', 'b', 'c', '__proto__', 'constructor'] as const;
const key = fc.constantFrom(...keys);

const withoutKey = <Value>(record: Readonly<Record<string, Value>>, gone: string) =>
	Object.fromEntries(Object.entries(record).filter(([each]) => each !== gone));

/** Changes as steps make them: records are copied, and what is not changed is shared. */
const change: fc.Arbitrary<(state: State) => Partial<State>> = fc.oneof(
	fc.tuple(key, fc.nat(9)).map(([name, number]) => (state: State) => ({
		active: Object.fromEntries([...Object.entries(withoutKey(state.active, name)), [name, `dpl_${number}`]]),
	})),
	key.map(name => (state: State) => ({active: withoutKey(state.active, name)})),
	fc.tuple(key, fc.string()).map(
		([name, value]) =>
			(state: State) =>
				withVariable(state, plainVariable(name, value)),
	),
	fc.nat(4).map(at => (state: State) => ({variables: state.variables.filter((_, index) => index !== at)})),
	fc.string().map(engine => () => ({engine})),
	fc.constant(() => ({routes: null})),
	fc.constant((state: State) => ({recipients: [...state.recipients]})),
	fc.constant(() => ({})),
);

function statesOf(changes: readonly ((state: State) => Partial<State>)[]): readonly State[] {
	const states = [base];
	for (const each of changes) states.push(successor(states.at(-1)!, each(states.at(-1)!)));
	return states;
}

const patchesOf = (states: readonly State[]) =>
	states
		.slice(1)
		.map((state, index) => asFile(patchBetween(states[index]!, state)))
		.filter(isPatch);

describe('patches of a state', () => {
	it('lead from any state of a run to its last one', () => {
		fc.assert(
			fc.property(fc.array(change, {maxLength: 12}), fc.nat(), (changes, number) => {
				const states = statesOf(changes);
				const patches = patchesOf(states);
				expect(patches).toHaveLength(changes.length);
				const from = asFile(states[number % states.length]) as State;
				expect(findGap(from, patches)).toBeUndefined();
				expect(asFile(replay(from, patches))).toEqual(asFile(states.at(-1)));
			}),
		);
	});

	it('are as small as the change, in a state of any size', () => {
		const sizeIn = (count: number) => {
			const names = Array.from({length: count}, (_, index) => `service${index}`);
			const variables = names.sort().map(name => plainVariable(name, name));
			const large = {...base, active: Object.fromEntries(names.map(name => [name, `dpl_${name}`])), variables};
			const next = withVariable(
				successor(large, {active: {...large.active, new: 'dpl_new'}}),
				plainVariable('service5a', 'value'),
			);
			return JSON.stringify(patchBetween(large, next)).length;
		};
		expect(sizeIn(1000)).toBeLessThanOrEqual(sizeIn(10) + 5);
	});

	it('neither change the state nor a prototype', () => {
		const before = structuredClone(base);
		const next = successor(base, {active: JSON.parse('{"__proto__": "dpl_x"}') as State['active']});
		const result = replay(base, patchesOf([base, next]));
		expect(base).toEqual(before);
		expect(Object.entries(result.active)).toEqual([['__proto__', 'dpl_x']]);
		expect(Object.getPrototypeOf(result.active)).toBe(Object.prototype);
	});

	it('do not continue a state from before them', () => {
		const patches = patchesOf(statesOf([() => ({}), () => ({engine: 'x'}), () => ({})]));
		expect(findGap(base, patches)).toBeUndefined();
		expect(findGap(base, patches.slice(1))).toBe(base.serial + 2);
		expect(findGap(base, [patches[0]!, patches[2]!])).toBe(base.serial + 3);
		const newer = {...base, serial: base.serial + 7};
		expect(findGap(newer, patches)).toBeUndefined();
		expect(replay(newer, patches)).toBe(newer);
	});

	it.each([
		{serial: -1},
		{version: 1},
		{version: 3},
		{updatedAt: 5},
		{changes: null},
		{changes: {lineage: {value: 'other'}}},
		{changes: {serial: {value: 9}}},
		{changes: {engine: {set: {}}}},
		{changes: {engine: null}},
		{changes: {variables: {value: []}}},
		{changes: {variables: {at: -1, removed: 0, added: []}}},
		{changes: {variables: {at: 0, removed: 0, added: {}}}},
		{changes: {active: {value: {}}}},
		{changes: {active: {set: []}}},
		{changes: {active: {removed: [1]}}},
		{changes: {constructor: {value: 1}}},
	] as readonly object[])('have one form, not that of %j', damage => {
		const patch = asFile(patchBetween(base, successor(base, {engine: 'x', active: {}, variables: []})));
		expect(isPatch(patch)).toBe(true);
		expect(isPatch({...(patch as object), ...damage})).toBe(false);
		for (const other of [null, [], {}, 'patch', damage]) expect(isPatch(other)).toBe(false);
	});
});
