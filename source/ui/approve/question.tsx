import {Box, Text} from 'ink';
import {modeWords} from '../../output/plan/mode-words.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {truncate} from '../../output/width.ts';
import {describeCounts} from '../../plan/approval.ts';
import type {Action, Plan} from '../../plan/plan.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {ActionList, linesOf} from './action-list.tsx';
import {countOf} from './count-of.ts';
import {Detail} from './detail.tsx';
import type {ApproveState, ApproveStore} from './store.ts';

/** From this width on, the changes of the selected action are beside the list. */
const besideColumns = 120;

/** Rows of the details below the list: the least that are useful, and the most that are taken. */
const leastDetail = 6;
const mostDetail = 14;

/** Rows for what an action needs, and what needs it. */
const relationRows = 2;

type Props = {
	readonly store: ApproveStore;
	readonly state: ApproveState;
	readonly columns: number;
	readonly rows: number;
};

/** The actions, the changes of the selected one beside or below them, and the question. */
export function Question({store, state, columns, rows}: Props) {
	const {plan} = store;
	const shown = store.shown();
	const action = shown[state.cursor];
	const isBeside = columns >= besideColumns;
	const listColumns = isBeside ? Math.floor(columns * 0.45) : columns;
	const lineCount = Math.max(1, linesOf(plan, shown, listColumns - paneFrame.columns).length);
	// Besides the list: its frame, the message and the question.
	const room = rows - paneFrame.rows - 2;
	const isBelow = !isBeside && room >= leastDetail + 4;
	const detailColumns = isBeside ? columns - listColumns : columns;
	const linesAbout = (about: Action | undefined) => store.detailLines(about, detailColumns - paneFrame.columns);
	// The same for every action, so that nothing moves with the cursor.
	const wanted = Math.max(...[undefined, ...shown].map(about => linesAbout(about).length + relationRows));
	const most = Math.max(leastDetail, Math.min(mostDetail, wanted + paneFrame.rows));
	const detailRows = isBelow ? Math.max(leastDetail, Math.min(most, room - lineCount)) : 0;
	const listRows = Math.max(1, Math.min(lineCount, room - detailRows));
	const besideRows = Math.max(listRows, Math.min(room, Math.max(lineCount, most - paneFrame.rows)));
	const paneRows = (isBeside ? besideRows : listRows) + paneFrame.rows + 2;
	const diff = linesAbout(action);
	return (
		<Box flexDirection={isBeside ? 'row' : 'column'}>
			<ListPane {...{store, state}} columns={listColumns} rows={paneRows} listRows={isBeside ? besideRows : listRows} />
			{isBeside && <Detail plan={plan} action={action} diff={diff} columns={detailColumns} rows={paneRows} />}
			{isBelow && <Detail plan={plan} action={action} diff={diff} columns={detailColumns} rows={detailRows} />}
		</Box>
	);
}

type ListProps = Props & {readonly listRows: number};

function ListPane({store, state, columns, rows, listRows}: ListProps) {
	const {plan, actions} = store;
	const {separator, isUnicode, ellipsis} = useGlyphs();
	const shown = store.shown();
	const inner = columns - paneFrame.columns;
	const picked = actions.filter(action => !state.skipped.includes(action.address));
	const isBlocked = actions.some(action => action.kind === 'blocked');
	const isSelected = state.cursor >= shown.length;
	const question = isBlocked
		? 'Cannot be applied while an action is blocked.'
		: `${questionOf(plan, picked.length, actions.length)}: ${describeCounts(picked)}?`;
	const lineCount = linesOf(plan, shown, inner).length;
	return (
		<Pane
			columns={columns}
			rows={rows}
			title={`${sanitiseLine(plan.project)} ${separator} ${sanitiseLine(plan.environment)}`}
			note={[
				...(picked.length < actions.length ? [`${actions.length - picked.length} skipped`] : []),
				...(shown.length < actions.length ? [`${shown.length} of ${actions.length} match`] : []),
				...(listRows < lineCount ? [`${listRows} of ${lineCount} shown`] : []),
			].join(', ')}
		>
			<Box flexDirection="column" height={listRows} flexShrink={0}>
				<ActionList plan={plan} actions={shown} state={state} columns={inner} rows={listRows} />
			</Box>
			<Text {...looks.warning} wrap="truncate">
				{`  ${truncate(sanitiseLine(messageOf(state)), inner - 2, ellipsis)}`}
			</Text>
			<Text wrap="truncate">
				<Text {...looks.selected}>{isSelected ? (isUnicode ? '❯ ' : '> ') : '  '}</Text>
				<Text {...(isBlocked ? looks.error : looks.title)}>{question}</Text>
				{isBlocked ? '' : <Text {...looks.secondary}> y/N</Text>}
			</Text>
		</Pane>
	);
}

function messageOf({message, isFiltering, filter}: ApproveState): string {
	if (isFiltering) return `/${filter}`;
	return message ?? (filter === '' ? '' : `filter: "${filter}"`);
}

/** "Apply 9 actions", "Apply 7 of 9 actions", "Destroy production", "Destroy 4 of 5 actions of production". */
function questionOf({mode, environment}: Plan, picked: number, all: number): string {
	const {verb} = modeWords[mode];
	const count = picked === all ? countOf(all) : `${picked} of ${countOf(all)}`;
	if (mode === 'apply') return `${verb} ${count}`;
	return `${verb} ${picked === all ? '' : `${count} of `}${sanitiseLine(environment)}`;
}
