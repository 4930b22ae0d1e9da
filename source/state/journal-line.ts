import {sha256} from './canonical.ts';
import type {JournalEntry} from './journal-entry.ts';

/** One line: eight digits of the SHA-256 and the length of the JSON that follows, so that a torn one is known. */
export function formatLine(entry: JournalEntry): string {
	const json = JSON.stringify(entry);
	return `${sha256(json).slice(0, 8)} ${json.length} ${json}\n`;
}

/** The entry at the beginning of a line without its line break, and whether it is the whole line. */
function parseLine(line: string): {readonly entry: JournalEntry; readonly isWhole: boolean} | undefined {
	const match = /^([0-9a-f]{8}) (\d+) (.*)$/s.exec(line);
	if (!match) return undefined;
	const [, checksum, length, rest] = match;
	const json = rest!.slice(0, Number(length));
	if (json.length < Number(length) || sha256(json).slice(0, 8) !== checksum) return undefined;
	return {entry: JSON.parse(json) as JournalEntry, isWhole: json.length === rest!.length};
}

export type ParsedJournal = {
	readonly entries: readonly JournalEntry[];
	/** How many bytes of the file hold these entries; what follows is a torn last line. */
	readonly goodBytes: number;
	/** Number (from 1) of a damaged line that has whole ones after it: no crash leaves such a line. */
	readonly damagedLine?: number;
};

/** Reads a journal's bytes. A last line that was cut by a crash is dropped. */
export function parseJournal(content: Buffer): ParsedJournal {
	const entries: JournalEntry[] = [];
	let goodBytes = 0;
	for (let start = 0; start < content.length; ) {
		const end = content.indexOf(0x0a, start);
		if (end === -1) break;
		const line = parseLine(content.toString('utf8', start, end));
		if (!line?.isWhole) {
			// A whole entry with more behind it is two lines that lost the break between them; no crash does that.
			const isLast = !line && content.indexOf(0x0a, end + 1) === -1;
			return isLast ? {entries, goodBytes} : {entries, goodBytes, damagedLine: entries.length + 1};
		}
		entries.push(line.entry);
		start = end + 1;
		goodBytes = start;
	}
	return {entries, goodBytes};
}
