import {Text} from 'ink';
import {formatBytes} from '../../output/bytes.ts';
import {displayWidth} from '../../output/width.ts';
import {looks} from '../parts/theme.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import type {LoadView, Tone} from './data.ts';
import {toneLooks} from './table-list.tsx';

type Props = {
	/** Undefined until it was read. */
	readonly load: LoadView | undefined;
	readonly columns: number;
};

/** From these shares on a part is shown as a warning, and as bad. */
const warningFrom = 0.8;
const badFrom = 0.95;

type LoadPart = {
	readonly label: string;
	/** 0 to 1; undefined if it is not known. */
	readonly share: number | undefined;
	readonly text: string;
	/** Left out on a narrow screen. */
	readonly detail: string;
};

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const partOf = (label: string, part: {readonly used: number; readonly size: number} | undefined): LoadPart => ({
	label,
	share: part && part.used / part.size,
	text: part ? percent(part.used / part.size) : 'unknown',
	detail: part ? ` of ${formatBytes(part.size)}` : '',
});

/** The three parts of a load as text. */
const partsOfLoad = ({processor, memory, disk}: LoadView): readonly LoadPart[] => [
	{
		label: 'CPU',
		share: processor?.busy,
		text: processor ? percent(processor.busy) : 'unknown',
		detail: processor ? ` of ${processor.cores}` : '',
	},
	partOf('memory', memory),
	partOf('disk', disk),
];

const toneOf = (share: number): Tone | undefined =>
	share >= badFrom ? 'bad' : share >= warningFrom ? 'warning' : undefined;

const barCells = 8;

/** A share as a bar of `barCells` cells; any use at all is one cell. */
function drawBar(share: number, isUnicode: boolean): string {
	const full = share <= 0 ? 0 : Math.max(1, Math.min(barCells, Math.round(share * barCells)));
	return (isUnicode ? '█' : '#').repeat(full) + (isUnicode ? '░' : '.').repeat(barCells - full);
}

const gap = '   ';

/** Processor, memory and disk of the machine that the engine runs on, on one line. Details and bars go first on a narrow screen. */
export function LoadLine({load, columns}: Props) {
	const {isUnicode} = useGlyphs();
	if (!load) return <Text> </Text>;
	const parts = partsOfLoad(load);
	const widthWith = (hasBars: boolean, hasDetails: boolean) =>
		parts.reduce(
			(sum, {label, share, text, detail}) =>
				sum +
				displayWidth(`${label} ${text}${hasDetails ? detail : ''}`) +
				(hasBars && share !== undefined ? barCells + 1 : 0),
			gap.length * (parts.length - 1),
		);
	const hasBars = widthWith(true, false) <= columns;
	const hasDetails = widthWith(hasBars, true) <= columns;
	return (
		<Text wrap="truncate">
			{parts.map(({label, share, text, detail}, index) => {
				const tone = share === undefined ? undefined : toneOf(share);
				const look = tone ? toneLooks[tone]() : looks.secondary;
				return (
					<Text key={label} {...look}>
						{`${index === 0 ? '' : gap}${label} `}
						{hasBars && share !== undefined ? `${drawBar(share, isUnicode)} ` : ''}
						{tone ? `${text}!` : text}
						{hasDetails ? detail : ''}
					</Text>
				);
			})}
		</Text>
	);
}
