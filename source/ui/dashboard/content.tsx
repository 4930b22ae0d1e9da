import {Text} from 'ink';
import {sanitiseText} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {Page} from './page.tsx';
import type {PageRow} from './page-lines.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';

type ContentProps = {
	readonly state: DashboardState;
	readonly page: readonly PageRow[];
	readonly title: string;
	readonly columns: number;
	readonly rows: number;
};

/** What was read for a tab or a page, in a pane. */
export function Content({state: {content, row}, page, title, columns, rows}: ContentProps) {
	const {adapt} = useGlyphs();
	const inner = rows - paneFrame.rows;
	const heading = title.slice(0, 1).toUpperCase() + title.slice(1);
	const say = (text: string, look = looks.secondary) => (
		<Pane columns={columns} rows={rows} title={heading} isFocused>
			{sanitiseText(adapt(text))
				.split('\n')
				.flatMap(line => wrapWords(line, columns - paneFrame.columns))
				.slice(0, inner)
				.map((line, index) => (
					// biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their position
					<Text key={index} {...look} wrap="truncate">
						{line === '' ? ' ' : line}
					</Text>
				))}
		</Pane>
	);
	switch (content.type) {
		case 'loading':
			return say('Loading…');
		case 'problem':
			return say(content.message, looks.error);
		case 'page': {
			const last = Math.min(page.length, Math.min(row, Math.max(0, page.length - inner)) + inner);
			const note = page.length > inner ? `to line ${last} of ${page.length}` : '';
			return (
				<Pane columns={columns} rows={rows} title={heading} note={note} isFocused>
					<Page page={page} top={row} rows={inner} />
				</Pane>
			);
		}
		case 'table':
			if (content.rows.length === 0) return say(content.empty);
			return (
				<Pane columns={columns} rows={rows} title={heading} note={String(content.rows.length)} isFocused>
					<TableList
						columns={content.columns}
						list={content.rows}
						selected={row}
						width={columns - paneFrame.columns}
						rows={inner}
					/>
				</Pane>
			);
	}
}
