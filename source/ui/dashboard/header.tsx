import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import {formatAge} from '../../output/duration.ts';
import {linkUrls} from '../../output/links.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {displayWidth, truncate} from '../../output/width.ts';
import type {FrameClock} from '../parts/frame-clock.ts';
import {looks} from '../parts/theme.ts';
import {useElapsed} from '../parts/use-elapsed.ts';
import {useGlyphs} from '../parts/use-glyphs.ts';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';
import type {Link, LoadView, Tone} from './data.ts';
import {LoadLine} from './load-line.tsx';
import {toneLooks} from './table-list.tsx';

export type Note = {
	readonly text: string;
	readonly tone?: Tone;
	/** Whether its beginning says something, so that it may be cut. */
	readonly isProse?: boolean;
};

type Props = {
	/** From the project down to what is shown. */
	readonly crumbs: readonly string[];
	readonly link: Link;
	/** Shown below the names. */
	readonly notes: readonly Note[];
	/** Shown instead of the notes and the message. */
	readonly line?: ReactNode;
	/** The result of the last key; replaces the notes. */
	readonly message: string | undefined;
	/** Undefined where it is not shown, or not read yet. */
	readonly load?: LoadView | undefined;
	readonly columns: number;
	readonly clock: FrameClock;
};

/** The current location, the connection to the engine, notes, and the load of the engine's machine. As high as the header of an apply. */
export function DashboardHeader({crumbs, link, notes, line, message, load, columns, clock}: Props) {
	const {separator, ellipsis, dot, adapt} = useGlyphs();
	const {hasLinks} = useScreenTerminal();
	const lostFor = useElapsed(clock, link.status === 'lost' ? link.since : undefined);
	const side = sideOf(link, lostFor);
	const name = crumbs.map(crumb => sanitiseLine(crumb)).join(` ${separator} `);
	const isLost = link.status === 'lost';
	const sideRoom = columns - 6 - displayWidth(name);
	return (
		<Box flexDirection="column" height={3} flexShrink={0} paddingX={2}>
			<Box justifyContent="space-between">
				<Text {...looks.title}>{truncate(name, columns - (isLost ? displayWidth(side) + 6 : 4), ellipsis)}</Text>
				{(isLost || sideRoom >= displayWidth(side)) && (
					<Text {...(isLost ? looks.warning : looks.secondary)}>{side}</Text>
				)}
			</Box>
			{line !== undefined ? (
				line
			) : message === undefined ? (
				<Text wrap="truncate">
					{fitNotes(
						notes.map(note => ({...note, text: adapt(sanitiseLine(note.text))})),
						columns - 4,
						ellipsis,
					).map(({text, tone}, index) => (
						<Text key={text} {...(tone ? toneLooks[tone]() : looks.secondary)}>
							{(index === 0 ? '' : ` ${dot} `) + (hasLinks ? linkUrls(text) : text)}
						</Text>
					))}
				</Text>
			) : (
				<Text {...looks.warning} wrap="truncate">
					{truncate(adapt(sanitiseLine(message)), columns - 4, ellipsis)}
				</Text>
			)}
			<LoadLine load={link.status === 'live' ? load : undefined} columns={columns - 4} />
		</Box>
	);
}

/** A note of prose is not cut below this width. */
const leastWidth = 24;

/** As many notes as fit, but at least the first. Prose that does not fit is cut if enough of it does. */
function fitNotes(notes: readonly Note[], columns: number, ellipsis: string): readonly Note[] {
	const fitting: Note[] = [];
	let room = columns;
	for (const note of notes) {
		const width = displayWidth(note.text);
		const canBeCut = fitting.length === 0 || (note.isProse && room >= leastWidth);
		if (width > room && !canBeCut) break;
		fitting.push({...note, text: truncate(note.text, room, ellipsis)});
		room -= width + 3;
		if (room < 0) break;
	}
	return fitting;
}

function sideOf(link: Link, lostFor: number | undefined): string {
	switch (link.status) {
		case 'connecting':
			return 'connecting';
		case 'live':
			return sanitiseLine(link.engine);
		case 'lost':
			return `engine lost ${formatAge(0, lostFor ?? 0)} ago, retrying`;
	}
}
