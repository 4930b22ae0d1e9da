import type {NotifyEvent} from '../settings/notify-targets.ts';

/** Makes a notification of an action, and says what it holds besides place and message. */
type News = {
	readonly event: NotifyEvent;
	readonly exitCode?: number | undefined;
	readonly isOutOfMemory?: boolean | undefined;
	/** The last lines of a program's output, masked. */
	readonly lines?: readonly string[] | undefined;
};

/** What an agent did, or tried to do. */
export type AgentAction = {
	readonly at: number;
	/** The duty that did it, such as `healing`. */
	readonly duty: string;
	readonly project: string;
	readonly environment: string;
	/** Null when it concerns the whole environment. */
	readonly address: string | null;
	readonly outcome: 'done' | 'failed';
	/** What happened and why, as one line. May hold foreign text. */
	readonly message: string;
	/** Absent for what nobody needs to know of at once. */
	readonly news?: News | undefined;
};

/** What a running agent reports. `at` is in milliseconds since the epoch. */
export type AgentEvent =
	| {readonly type: 'started'; readonly at: number; readonly engine: string; readonly projects: number}
	| ({readonly type: 'action'} & AgentAction)
	/** Too little of the engine's disk is free. Reported again every day. */
	| {readonly type: 'disk-low'; readonly at: number; readonly message: string}
	| {readonly type: 'engine-lost'; readonly at: number; readonly message: string}
	| {readonly type: 'engine-found'; readonly at: number}
	/** Something that an agent cannot look after. It is reported once, until it changes. */
	| {readonly type: 'problem'; readonly at: number; readonly where: string; readonly message: string}
	| {readonly type: 'stopped'; readonly at: number};

export type Report = (event: AgentEvent) => void;
