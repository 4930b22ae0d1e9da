import {sha256} from '../model/canonical.ts';
import type {JournalEntry} from './journal-entry.ts';
import {isSignature, signatureOf, type TrustKey} from './trust-key.ts';

/**
 * One line: eight digits of a SHA-256 and the length of the JSON, so that a torn one is known, and a signature over the
 * line and the one before it, so that a changed or a missing one is.
 * @param previous signature of the line before, empty for the first one
 */
export function formatLine(
	entry: JournalEntry,
	key: TrustKey,
	previous: string,
): {readonly line: string; readonly signature: string} {
	const json = JSON.stringify(entry);
	const signature = signatureOf(key, 'journal', `${previous}\n${json}`);
	return {line: `${checksumOf(signature, json)} ${json.length} ${signature} ${json}\n`, signature};
}

const checksumOf = (signature: string, json: string): string => sha256(signature + json).slice(0, 8);

type Line = {
	readonly entry: JournalEntry;
	readonly json: string;
	/** Empty in journals of earlier versions. */
	readonly signature: string;
	readonly isWhole: boolean;
};

/** The entry at the beginning of a line without its line break, and whether it is the whole line. */
function parseLine(line: string): Line | undefined {
	const match = /^([0-9a-f]{8}) (\d+) (?:([0-9a-f]{64}) )?(.*)$/s.exec(line);
	if (!match) return undefined;
	const [, checksum, length, signature = '', rest] = match;
	const json = rest!.slice(0, Number(length));
	if (json.length < Number(length) || checksumOf(signature, json) !== checksum) return undefined;
	return {entry: JSON.parse(json) as JournalEntry, json, signature, isWhole: json.length === rest!.length};
}

export type ParsedJournal = {
	readonly entries: readonly JournalEntry[];
	readonly lines: readonly Pick<Line, 'json' | 'signature'>[];
	/** How many bytes of the file hold these entries; what follows is a torn last line. */
	readonly goodBytes: number;
	/** Number (from 1) of a damaged line that has whole ones after it: no crash leaves such a line. */
	readonly damagedLine?: number;
};

/** Reads a journal's bytes. A last line that was cut by a crash is dropped. */
export function parseJournal(content: Buffer): ParsedJournal {
	const entries: JournalEntry[] = [];
	const lines: Line[] = [];
	let goodBytes = 0;
	for (let start = 0; start < content.length; ) {
		const end = content.indexOf(0x0a, start);
		if (end === -1) break;
		const line = parseLine(content.toString('utf8', start, end));
		if (!line?.isWhole) {
			// A whole entry with more behind it is two lines that lost the break between them; no crash does that.
			const isLast = !line && content.indexOf(0x0a, end + 1) === -1;
			return isLast ? {entries, lines, goodBytes} : {entries, lines, goodBytes, damagedLine: entries.length + 1};
		}
		entries.push(line.entry);
		lines.push(line);
		start = end + 1;
		goodBytes = start;
	}
	return {entries, lines, goodBytes};
}

/** Number (from 1) of the first line that was not signed with the key, or does not follow the one before it. */
export function findForeignLine({lines}: ParsedJournal, key: TrustKey): number | undefined {
	let previous = '';
	const index = lines.findIndex(({json, signature}) => {
		const isGood = isSignature(signature, key, 'journal', `${previous}\n${json}`);
		previous = signature;
		return !isGood;
	});
	return index === -1 ? undefined : index + 1;
}
