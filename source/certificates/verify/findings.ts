import type {Hint} from '../../hint.ts';

/** The questions about a host; each is a column of the table. */
export type HostQuestion = 'dns' | 'port80' | 'claims' | 'caa' | 'certificate';

/** What is wrong with a host, and what to do. */
export type HostFinding = {
	readonly question: HostQuestion;
	/** A warning alone does not make the command fail. */
	readonly status: 'warning' | 'problem';
	readonly message: string;
	readonly hint?: Hint;
};

/** How long an answer may take, whatever is asked. */
export const answerMs = 5000;
