import {newId} from '../model/ids.ts';
import {sanitiseLine, sanitiseText} from '../output/sanitise.ts';
import type {NotifyEvent} from '../settings/notify-targets.ts';

/** Something that a user wants to know while not at the terminal. Texts may be foreign, but must be masked. */
export type Occurrence = {
	readonly event: NotifyEvent;
	/** Milliseconds since the epoch. */
	readonly at: number;
	/** Null when it concerns the whole engine. */
	readonly project: string | null;
	readonly environment: string | null;
	/** Null when it concerns the whole environment. */
	readonly address: string | null;
	/** What happened, and why. */
	readonly message: string;
	/** Id of the apply. */
	readonly run?: string | undefined;
	readonly exitCode?: number | undefined;
	readonly isOutOfMemory?: boolean | undefined;
	/** The last lines of a program's output. */
	readonly lines?: readonly string[] | undefined;
};

/** What is sent, as docs/notifications.md describes it. All texts are safe to print, and short. */
export type Notification = {
	readonly version: 1;
	/** The same each time it is sent, so that a receiver can drop a repetition. */
	readonly id: string;
	readonly event: NotifyEvent;
	/** ISO 8601. */
	readonly at: string;
	/** Name of the machine that sends it. */
	readonly host: string;
	readonly project: string | null;
	readonly environment: string | null;
	readonly address: string | null;
	readonly message: string;
	readonly run: string | null;
	readonly exitCode: number | null;
	readonly isOutOfMemory: boolean | null;
	readonly lines: readonly string[];
};

const longestName = 200;
const longestMessage = 2000;
const longestLine = 300;
const mostLines = 20;

const name = (text: string): string => sanitiseLine(text, {maxLength: longestName});
const nameOrNull = (text: string | null): string | null => (text === null ? null : name(text));

/** A message of several lines: its length is limited as a whole. */
function message(text: string): string {
	const clean = sanitiseText(text, {maxLength: longestMessage});
	return clean.length <= longestMessage ? clean : `${clean.slice(0, longestMessage - 1).toWellFormed()}…`;
}

/** Makes a notification, with an id that sorts by time. */
export const toNotification = (occurrence: Occurrence, host: string): Notification => ({
	version: 1,
	id: newId('ntf', occurrence.at),
	event: occurrence.event,
	at: new Date(occurrence.at).toISOString(),
	host: name(host),
	project: nameOrNull(occurrence.project),
	environment: nameOrNull(occurrence.environment),
	address: nameOrNull(occurrence.address),
	message: message(occurrence.message),
	run: occurrence.run ?? null,
	exitCode: occurrence.exitCode ?? null,
	isOutOfMemory: occurrence.isOutOfMemory ?? null,
	lines: (occurrence.lines ?? []).slice(-mostLines).map(line => sanitiseLine(line, {maxLength: longestLine})),
});
