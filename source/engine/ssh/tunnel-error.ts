import type {Explanation} from './ssh-words.ts';

/** The tunnel to an engine cannot be opened. */
export class TunnelError extends Error {
	readonly explanation: Explanation;

	constructor(explanation: Explanation) {
		super(explanation.cause);
		this.name = 'TunnelError';
		this.explanation = explanation;
	}
}
