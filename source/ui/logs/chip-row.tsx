import {Text} from 'ink';
import {truncate} from '../../output/width.ts';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {chipGap, fitChips} from './chips.ts';
import type {LogState} from './log-store.ts';

/** Rows that the chips of a log take: none while all sources are shown and nobody chooses. */
export const chipRowsOf = ({chip, view, isZoomed}: LogState): number =>
	!isZoomed && (chip !== undefined || view.off.length > 0) ? 1 : 0;

type Props = {readonly log: LogState; readonly columns: number};

/** The sources of a log in a row, each with whether it is shown. */
export function ChipRow({log, columns}: Props) {
	const {ellipsis, isUnicode} = useGlyphs();
	const {chips, hasBefore, hasAfter} = fitChips({
		sources: log.pool.sources(),
		off: log.view.off,
		selected: log.chip,
		columns,
		ellipsis,
	});
	const [before, after] = isUnicode ? ['‹', '›'] : ['<', '>'];
	return (
		<Text wrap="truncate">
			<Text {...looks.secondary}>{hasBefore ? `${before} ` : '  '}</Text>
			{chips.map(({source, text, isOn, isSelected}, index) => (
				<Text key={source}>
					{index === 0 ? '' : ' '.repeat(chipGap)}
					<Text {...(isSelected ? looks.selected : isOn ? looks.plain : looks.secondary)} inverse={isSelected}>
						{truncate(text, columns - 2 * chipGap, ellipsis)}
					</Text>
				</Text>
			))}
			<Text {...looks.secondary}>{hasAfter ? ` ${after}` : ''}</Text>
		</Text>
	);
}
