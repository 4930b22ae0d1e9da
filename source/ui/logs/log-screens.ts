import type {KeyScreen} from '../keys/keymap.ts';
import type {LogState} from './log-store.ts';
import type {PoolView} from './pool-view.ts';

/** What the keys of a log depend on. */
export type LogFocus = Pick<LogState, 'typed' | 'chip'>;

/** The screens of a log whose keys are active, the innermost first. While a text is typed, no other key works. */
export function logScreens({typed, chip}: LogFocus): readonly KeyScreen[] {
	if (typed) return ['search', 'input'];
	return chip === undefined ? ['log'] : ['chips', 'log'];
}

/** Labels of keys that do the opposite the next time. */
export const logLabels = ({end, isWrapped, cursor, unfolded, filter}: PoolView) => ({
	follow: end === undefined ? 'pause' : 'follow',
	wrap: isWrapped ? 'cut' : 'wrap',
	unfold: cursor !== undefined && unfolded.includes(cursor) ? 'fold' : 'unfold',
	only: filter.text === '' ? 'filter' : 'all lines',
});
