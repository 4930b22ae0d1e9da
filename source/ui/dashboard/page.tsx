import {Text} from 'ink';
import {looks} from '../parts/theme.ts';
import type {PageRow} from './page-lines.ts';
import {toneLooks} from './table-list.tsx';

type Props = {
	readonly page: readonly PageRow[];
	/** Index of the first visible row, as far as enough rows follow it. */
	readonly top: number;
	readonly rows: number;
};

/** A window of a page's rows. */
export function Page({page, top, rows}: Props) {
	const first = Math.max(0, Math.min(top, page.length - rows));
	return page.slice(first, first + rows).map(({label, text, tone}, index) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their position
		<Text key={first + index} wrap="truncate">
			{label !== '' && <Text {...looks.secondary}>{label}</Text>}
			<Text {...(tone === 'title' ? looks.title : tone ? toneLooks[tone]() : looks.plain)}>
				{label === '' && text === '' ? ' ' : text}
			</Text>
		</Text>
	));
}
