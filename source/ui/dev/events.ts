import type {ApplyEvent} from '../../apply/events.ts';
import type {SourcedLine} from '../../output/log-lines.ts';
import type {Plan} from '../../plan/plan.ts';
import type {Link} from '../dashboard/data.ts';

/** Why the last change is not running, in foreign text: sanitise it before showing it. */
export type DevCause = {
	readonly message: string;
	/** What a build or a container printed last. */
	readonly lines: readonly string[];
	/** What to do next. Commands in it name the environment. */
	readonly hint?: string;
};

export type DevUrl = {readonly service: string; readonly url: string; readonly asksPassword: boolean};

/** What `compartment dev` reports. Lines, JSON lines and the screen are made from these events alone. `at` is in milliseconds. */
export type DevEvent =
	/** The sources are watched. Sent again after every plan. */
	| {readonly type: 'watching'; readonly at: number; readonly folders: number; readonly urls: readonly DevUrl[]}
	/** Files were saved; their paths are relative to the project's folder. */
	| {readonly type: 'changed'; readonly at: number; readonly files: readonly string[]}
	| {readonly type: 'planning'; readonly at: number}
	| {readonly type: 'unchanged'; readonly at: number}
	/** `line` is the plan in one line. */
	| {readonly type: 'planned'; readonly at: number; readonly line: string; readonly plan: Plan}
	/** The plan waits until somebody has looked at it. */
	| {readonly type: 'waiting'; readonly at: number; readonly addresses: readonly string[]}
	/** Somebody was asked, and said yes. */
	| {readonly type: 'approved'; readonly at: number}
	| {readonly type: 'apply'; readonly event: ApplyEvent}
	| {readonly type: 'ended'; readonly at: number; readonly outcome: 'done' | 'cancelled' | 'declined'}
	| {readonly type: 'failed'; readonly at: number; readonly cause: DevCause}
	| {readonly type: 'notice'; readonly at: number; readonly message: string}
	| {readonly type: 'engine'; readonly link: Link}
	| {readonly type: 'line'; readonly line: SourcedLine};

export type EmitDev = (event: DevEvent) => void;
