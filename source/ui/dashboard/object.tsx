import {Box, Text} from 'ink';
import {sanitiseText} from '../../output/sanitise.ts';
import {wrapWords} from '../../output/width.ts';
import {LogsBody} from '../logs/body.tsx';
import {failureHead} from '../logs/failure-lines.ts';
import type {LogState} from '../logs/log-store.ts';
import {Pane, paneFrame} from '../parts/pane.tsx';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {tabsOf} from './data.ts';
import {currentObject} from './lookups.ts';
import {Page} from './page.tsx';
import type {PageRow} from './page-lines.ts';
import type {DashboardState} from './state.ts';
import {TableList} from './table-list.tsx';
import {Tabs} from './tabs.tsx';

type Props = {
	readonly state: DashboardState;
	readonly log: LogState;
	/** The content of the tab, when it is a page. */
	readonly page: readonly PageRow[];
	readonly now: number;
	readonly isColoured: boolean;
	readonly columns: number;
	readonly rows: number;
};

/** One service or resource: its tabs and the content of the selected one. */
export function ObjectScreen({state, log, page, now, isColoured, columns, rows}: Props) {
	const object = currentObject(state);
	if (!object || state.location.screen !== 'object')
		return <Text {...looks.warning}> No longer declared in compartment.yml, and not running.</Text>;
	const {tab} = state.location;
	const isZoomed = log.isZoomed && tab === 'logs';
	const size = {columns, rows: rows - (isZoomed ? 0 : 1)};
	return (
		<Box flexDirection="column">
			{!isZoomed && <Tabs tabs={tabsOf(object)} selected={tab} columns={columns} />}
			{tab === 'logs' ? (
				<LogsBody
					log={log}
					title={`Log of ${object.name}`}
					head={failureHead(object, now)}
					empty={object.tone === 'quiet' ? `${object.name} is ${object.state}.` : `${object.name} has no output yet.`}
					isColoured={isColoured}
					{...size}
				/>
			) : (
				<Content state={state} page={page} title={tab} {...size} />
			)}
		</Box>
	);
}

type ContentProps = {
	readonly state: DashboardState;
	readonly page: readonly PageRow[];
	readonly title: string;
	readonly columns: number;
	readonly rows: number;
};

function Content({state: {content, row}, page, title, columns, rows}: ContentProps) {
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
