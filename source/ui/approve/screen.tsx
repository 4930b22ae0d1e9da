import {Box, Text, useApp, useWindowSize} from 'ink';
import {useEffect} from 'react';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {listOf} from '../../plan/approval.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {Footer} from '../parts/footer.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {countOf} from './count-of.ts';
import {ApprovePanes, approveHints, diffRowsIn} from './panes.tsx';
import type {ApproveState, ApproveStore} from './store.ts';

/** Wider lines are hard to read. */
const widest = 200;

type Props = {readonly store: ApproveStore};

/** The question below a printed plan. Once answered, it is one line that stays in the scrollback. */
export function ApproveScreen({store}: Props) {
	const state = useStore(store);
	const size = useWindowSize();
	const {isUnicode} = useGlyphs();
	const keymap = useKeymap();
	const columns = Math.min(widest, size.columns);
	// A prompt as tall as the terminal would make Ink clear what is above it.
	const rows = Math.max(5, size.rows - 2);
	const {exit} = useApp();
	const isAnswered = state.answer !== undefined;
	// After the verdict is drawn, so that it stays on the screen.
	useEffect(() => {
		if (isAnswered) exit();
	}, [isAnswered, exit]);
	useKeys(key => store.press(key, diffRowsIn(rows - 1)), {onPaste: store.paste, isInline: true});

	if (state.answer) return <Verdict store={store} state={state} columns={columns} />;
	return (
		<Box flexDirection="column" width={columns}>
			<ApprovePanes store={store} state={state} columns={columns} rows={rows - 1} />
			<Footer columns={columns} hints={approveHints(store, state, {isUnicode, keymap})} />
		</Box>
	);
}

type PartProps = Props & {readonly state: ApproveState; readonly columns: number};

function Verdict({store, state, columns}: PartProps) {
	const glyphs = useGlyphs();
	// The command itself prints that nothing was changed.
	if (state.answer?.decision !== 'apply') return null;
	const all = store.actions.length;
	const skipped = state.answer.skipped;
	const text =
		skipped.length === 0
			? `Approved: ${countOf(all)}`
			: `Approved: ${all - skipped.length} of ${countOf(all)}, skipping ${listOf(skipped)}`;
	return (
		<Text wrap="truncate">
			<Text {...looks.success}>{glyphs.done}</Text> {truncate(sanitiseLine(text), columns - 4, glyphs.ellipsis)}
		</Text>
	);
}
