import type {Sandbox} from './cli.ts';

/** Repeats a request until it is stopped. Returns the distinct answers. */
export function keepAsking(sandbox: Sandbox, path: string): () => Promise<string[]> {
	const answers = new Set<string>();
	let isRunning = true;
	const asking = (async () => {
		while (isRunning) answers.add(await sandbox.ask(path).then(({status, body}) => `${status} ${body}`, String));
	})();
	return async () => {
		isRunning = false;
		await asking;
		return [...answers].sort();
	};
}
