import {Text} from 'ink';
import {sanitiseText} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import type {Problem} from '../dashboard/data.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';

type Props = {readonly problem: Problem; readonly columns: number; readonly rows: number};

/** Why nothing can be shown, and what to do about it. */
export function ProblemPane({problem, columns, rows}: Props) {
	const {adapt} = useGlyphs();
	const inner = {columns: columns - paneFrame.columns, rows: rows - paneFrame.rows};
	const wrap = (text: string) =>
		sanitiseText(adapt(text))
			.split('\n')
			.flatMap(line => wrapWords(line, inner.columns));
	const hint = problem.hint === undefined ? [] : ['', ...wrap(problem.hint)];
	const message = wrap(problem.message).slice(0, Math.max(1, inner.rows - hint.length));
	const lines = [...message.map(text => ({text, isHint: false})), ...hint.map(text => ({text, isHint: true}))];
	return (
		<Pane
			columns={columns}
			rows={Math.min(rows, lines.length + paneFrame.rows)}
			title="Nothing to show yet"
			look={looks.warning}
		>
			{lines.map(({text, isHint}, index) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position
				<Text key={index} {...(isHint ? looks.secondary : looks.plain)} wrap="truncate">
					{text === '' ? ' ' : text}
				</Text>
			))}
		</Pane>
	);
}
