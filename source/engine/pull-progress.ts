import type {PullProgress} from './engine.ts';

/** One line of the engine's pull output. */
export type PullMessage = {
	readonly id?: string;
	readonly status?: string;
	readonly progressDetail?: {readonly current?: number; readonly total?: number};
	readonly error?: string;
	readonly errorDetail?: {readonly message?: string};
};

/** The share of downloading in the whole progress; the rest is unpacking, layer by layer. */
const downloadShare = 0.75;

/** Turns messages about single layers into one fraction over all layers, which never decreases. */
export function createPullProgress(): (message: PullMessage) => PullProgress {
	const layers = new Map<string, number>();
	let reached: number | undefined;
	return message => {
		const done = doneOf(message);
		if (message.id && done !== undefined) layers.set(message.id, Math.max(done, layers.get(message.id) ?? 0));
		if (layers.size > 0) {
			const sum = [...layers.values()].reduce((total, layer) => total + layer, 0);
			reached = Math.max(reached ?? 0, sum / layers.size);
		}
		const text = [message.id, message.status].filter(Boolean).join(': ');
		return reached === undefined ? {message: text} : {message: text, fraction: reached};
	};
}

function doneOf({status, progressDetail}: PullMessage): number | undefined {
	const {current = 0, total = 0} = progressDetail ?? {};
	const share = total > 0 ? Math.min(current / total, 1) : 0;
	switch (status) {
		case 'Pulling fs layer':
		case 'Waiting':
			return 0;
		case 'Downloading':
			return share * downloadShare;
		case 'Verifying Checksum':
		case 'Download complete':
			return downloadShare;
		case 'Extracting':
			return downloadShare + share * (1 - downloadShare);
		case 'Pull complete':
		case 'Already exists':
			return 1;
		default:
			return undefined;
	}
}
