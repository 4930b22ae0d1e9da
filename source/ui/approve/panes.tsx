import {modeWords} from '../../output/plan/mode-words.ts';
import {hintsOf, type KeyHint} from '../keys/key-hints.ts';
import type {Keymap} from '../keys/keymap.ts';
import {Help} from '../parts/help.tsx';
import {paneFrame} from '../parts/pane.tsx';
import {TextPane} from '../parts/text-pane.tsx';
import {Confirmation} from './confirmation.tsx';
import {Question} from './question.tsx';
import {type ApproveState, type ApproveStore, isTyping} from './store.ts';

type Props = {
	readonly store: ApproveStore;
	readonly state: ApproveState;
	readonly columns: number;
	/** Height of all panes together. */
	readonly rows: number;
};

/** The number of lines of the full diff, or keys of the help, in panes of this height. */
export const diffRowsIn = (rows: number): number => rows - paneFrame.rows;

/** The question about a plan, its full diff, or the name that confirms a deletion. */
export function ApprovePanes({store, state, columns, rows}: Props) {
	if (state.helpTop !== undefined)
		return <Help screen={state.screen} top={state.helpTop} columns={columns} rows={rows} />;
	if (state.screen === 'diff') {
		const {diff: view, message} = state;
		const seen = {...view, message: view.message ?? message};
		return (
			<TextPane title="Full diff" lines={store.diffLines()} view={seen} columns={columns} rows={diffRowsIn(rows)} />
		);
	}
	if (state.screen === 'confirm') return <Confirmation store={store} state={state} columns={columns} />;
	return <Question store={store} state={state} columns={columns} rows={rows} />;
}

/** What the keys do now, for the footer. */
export function approveHints(
	{actions, plan, shown}: ApproveStore,
	state: ApproveState,
	options: {readonly isUnicode: boolean; readonly keymap: Keymap},
): KeyHint[] {
	const {screen, cursor, helpTop} = state;
	const isBlocked = actions.some(action => action.kind === 'blocked');
	const isOnQuestion = cursor >= shown().length;
	if (helpTop !== undefined) return hintsOf('help', options);
	if (isTyping(state)) return hintsOf('input', options);
	return hintsOf(screen, {
		...options,
		labels: {approve: modeWords[plan.mode].verb.toLowerCase(), open: 'no'},
	}).filter(
		({action}) =>
			!(action === 'approve' && isBlocked) &&
			!(action === 'open' && !isOnQuestion) &&
			!(isOnQuestion && (action === 'pick' || action === 'pick-only')),
	);
}
