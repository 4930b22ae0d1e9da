import {Box, Text, useApp, useWindowSize} from 'ink';
import {useEffect} from 'react';
import {counted} from '../../counted.ts';
import {modeWords} from '../../output/plan/mode-words.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {describeCounts, listOf} from '../../plan/approval.ts';
import type {Plan} from '../../plan/plan.ts';
import {hintsOf, type KeyHint} from '../keys/key-hints.ts';
import type {Keymap} from '../keys/keymap.ts';
import {useKeymap} from '../keys/use-keymap.ts';
import {useKeys} from '../keys/use-keys.ts';
import {Footer} from '../parts/footer.tsx';
import {Help} from '../parts/help.tsx';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useStore} from '../parts/use-store.ts';
import {ActionList, linesOf} from './action-list.tsx';
import {Confirmation} from './confirmation.tsx';
import {FullDiff} from './full-diff.tsx';
import type {ApproveState, ApproveStore} from './store.ts';

/** Wider lines are hard to read. */
const widest = 120;

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
	const diffRows = rows - paneFrame.rows - 1;
	const {exit} = useApp();
	const isAnswered = state.answer !== undefined;
	// After the verdict is drawn, so that it stays on the screen.
	useEffect(() => {
		if (isAnswered) exit();
	}, [isAnswered, exit]);
	useKeys(key => store.press(key, diffRows), {onPaste: store.paste, isInline: true});

	if (state.answer) return <Verdict store={store} state={state} columns={columns} />;
	return (
		<Box flexDirection="column" width={columns}>
			{state.helpTop !== undefined ? (
				<Help screen={state.screen} top={state.helpTop} columns={columns} rows={rows - 1} />
			) : state.screen === 'diff' ? (
				<FullDiff lines={store.diffLines()} top={state.diffTop} columns={columns} rows={diffRows} />
			) : state.screen === 'confirm' ? (
				<Confirmation store={store} state={state} columns={columns} />
			) : (
				<Question store={store} state={state} columns={columns} rows={rows} />
			)}
			<Footer columns={columns} hints={hintsOn(store, state, {isUnicode, keymap})} />
		</Box>
	);
}

function hintsOn(
	{actions, plan}: ApproveStore,
	{screen, cursor, helpTop}: ApproveState,
	options: {readonly isUnicode: boolean; readonly keymap: Keymap},
): KeyHint[] {
	const isBlocked = actions.some(action => action.kind === 'blocked');
	const isOnQuestion = cursor === actions.length;
	if (helpTop !== undefined) return hintsOf('help', options);
	return hintsOf(screen, {
		...options,
		labels: {approve: modeWords[plan.mode].verb.toLowerCase(), open: isOnQuestion ? 'no' : 'why'},
	}).filter(({action}) => !(action === 'approve' && isBlocked) && !(action === 'pick' && isOnQuestion));
}

type PartProps = Props & {readonly state: ApproveState; readonly columns: number};

function Question({store, state, columns, rows}: PartProps & {readonly rows: number}) {
	const {plan, actions} = store;
	const {separator, isUnicode} = useGlyphs();
	const inner = columns - paneFrame.columns;
	const picked = actions.filter(action => !state.skipped.includes(action.address));
	const isBlocked = actions.some(action => action.kind === 'blocked');
	const isSelected = state.cursor === actions.length;
	// Below the list: the message, the question and the footer.
	const lineCount = linesOf(plan, actions, state.opened, inner).length;
	const listRows = Math.max(1, Math.min(lineCount, rows - paneFrame.rows - 3));
	const question = isBlocked
		? 'Cannot be applied while an action is blocked.'
		: `${questionOf(plan, picked.length, actions.length)}: ${describeCounts(picked)}?`;
	return (
		<Pane
			columns={columns}
			rows={listRows + paneFrame.rows + 2}
			title={`${sanitiseLine(plan.project)} ${separator} ${sanitiseLine(plan.environment)}`}
			note={[
				...(picked.length < actions.length ? [`${actions.length - picked.length} skipped`] : []),
				...(listRows < lineCount ? [`${listRows} of ${lineCount} shown`] : []),
			].join(', ')}
		>
			<ActionList plan={plan} actions={actions} state={state} columns={inner} rows={listRows} />
			<Text {...looks.warning} wrap="truncate">
				{`  ${truncate(sanitiseLine(state.message ?? ''), inner - 2)}`}
			</Text>
			<Text wrap="truncate">
				<Text {...looks.selected}>{isSelected ? (isUnicode ? '❯ ' : '> ') : '  '}</Text>
				<Text {...(isBlocked ? looks.error : looks.title)}>{question}</Text>
				{isBlocked ? '' : <Text {...looks.secondary}> y/N</Text>}
			</Text>
		</Pane>
	);
}

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

/** "Apply 9 actions", "Apply 7 of 9 actions", "Destroy production", "Destroy 4 of 5 actions of production". */
function questionOf({mode, environment}: Plan, picked: number, all: number): string {
	const {verb} = modeWords[mode];
	const count = picked === all ? countOf(all) : `${picked} of ${countOf(all)}`;
	if (mode === 'apply') return `${verb} ${count}`;
	return `${verb} ${picked === all ? '' : `${count} of `}${sanitiseLine(environment)}`;
}

const countOf = (actions: number): string => counted(actions, 'action');
