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
};

/** What a running agent reports. `at` is in milliseconds since the epoch. */
export type AgentEvent =
	| {readonly type: 'started'; readonly at: number; readonly engine: string; readonly projects: number}
	| ({readonly type: 'action'} & AgentAction)
	| {readonly type: 'engine-lost'; readonly at: number; readonly message: string}
	| {readonly type: 'engine-found'; readonly at: number}
	/** Something that an agent cannot look after. It is reported once, until it changes. */
	| {readonly type: 'problem'; readonly at: number; readonly where: string; readonly message: string}
	| {readonly type: 'stopped'; readonly at: number};

export type Report = (event: AgentEvent) => void;
