import type {EffectiveVariable} from '../model/effective.ts';
import type {Variable} from '../state/state.ts';

type Item = EffectiveVariable<Variable>;

const hidden = '<hidden>';

/** A value as shown to people. */
export const shownValue = (item: Item): string => {
	if (item.isSensitive) return hidden;
	if (item.source === 'binding') return `from ${item.resource}.${item.output}`;
	return item.variable.isSensitive ? hidden : item.variable.value;
};

/** Where a value comes from. */
export const sourceOf = (item: Item): string =>
	item.source === 'binding' ? `resource:${item.resource}.${item.output}` : item.source;
