import {sha256} from '../model/canonical.ts';
import type {JournalEntry} from './journal-entry.ts';
import {isSignature, signatureOf, type TrustKey} from './trust-key.ts';

/**
 * One line: eight digits of a SHA-256 and the length of the JSON, which reveal a torn line, and a signature over this line and
 * the previous one, which reveals a changed or missing line.
 * @param previous signature of the previous line; empty for the first
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
	/** Empty in journals of older versions. */
	readonly signature: string;
	readonly isWhole: boolean;
};

/** The entry at the start of a line, and whether it fills the line. */
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
	/** Length of these entries in bytes; a torn last line follows. */
	readonly goodBytes: number;
	/** Number (from 1) of a damaged line before intact ones, which no crash can cause. */
	readonly damagedLine?: number;
};

/** Parses a journal. Drops a last line that a crash cut off. */
export function parseJournal(content: Buffer): ParsedJournal {
	const entries: JournalEntry[] = [];
	const lines: Line[] = [];
	let goodBytes = 0;
	for (let start = 0; start < content.length; ) {
		const end = content.indexOf(0x0a, start);
		if (end === -1) break;
		const line = parseLine(content.toString('utf8', start, end));
		if (!line?.isWhole) {
			// Text after an intact entry means a lost line break, which no crash can cause.
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

/** Number (from 1) of the first line that was not signed with the key, or not after the line before it. */
export function findForeignLine({lines}: ParsedJournal, key: TrustKey): number | undefined {
	let previous = '';
	const index = lines.findIndex(({json, signature}) => {
		const isGood = isSignature(signature, key, 'journal', `${previous}\n${json}`);
		previous = signature;
		return !isGood;
	});
	return index === -1 ? undefined : index + 1;
}
