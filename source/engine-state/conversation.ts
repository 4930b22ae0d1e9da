import type {Engine} from '../engine/engine.ts';
import {EngineError, messageOf} from '../errors.ts';
import {stateScript} from './script.ts';

/** A running script in the router. */
export type Conversation = {
	/**
	 * Sends a command with what follows it, and returns the answer. One command at a time.
	 * @throws EngineError without a status if the connection ends before the answer: the command may have been carried out
	 */
	readonly ask: (command: string, content?: string) => Promise<string>;
	/** Closes the script's input, which ends it. */
	readonly end: () => void;
	/** Whether it has ended. */
	readonly hasEnded: () => boolean;
};

/** A queue of texts that ends. */
function createInput() {
	const texts: string[] = [];
	let wake = Promise.withResolvers<void>();
	let isOver = false;
	async function* read(): AsyncGenerator<string> {
		for (;;) {
			while (texts.length > 0) yield texts.shift()!;
			if (isOver) return;
			await wake.promise;
			wake = Promise.withResolvers();
		}
	}
	return {
		read,
		write: (text: string) => {
			texts.push(text);
			wake.resolve();
		},
		end: () => {
			isOver = true;
			wake.resolve();
		},
	};
}

/** Starts the script for an environment in the router. @param name of the environment's folders */
export function converse(engine: Pick<Engine, 'exec'>, containerId: string, name: string): Conversation {
	const input = createInput();
	const abort = new AbortController();
	let waiting: PromiseWithResolvers<string> | undefined;
	let failure: Error | undefined;
	const end = (why: string, cause?: unknown) => {
		const status = cause instanceof EngineError ? cause.status : undefined;
		failure ??= new EngineError(`cannot reach the state on the engine: ${why}`, {
			...(status === undefined ? {} : {status}),
			cause,
		});
		waiting?.reject(failure);
		waiting = undefined;
	};
	engine
		.exec(containerId, ['busybox', 'sh', '-c', stateScript, 'sh', name], {
			user: '0',
			input: input.read(),
			signal: abort.signal,
			onLine(line, stream) {
				if (stream === 'stderr') return;
				const asked = waiting;
				waiting = undefined;
				asked?.resolve(line);
			},
		})
		.then(
			({exitCode, stdout, stderr}) => {
				const said = `${stderr}${/OCI runtime|exec failed/i.test(stdout) ? stdout : ''}`.trim();
				end(said === '' ? `the connection ended (exit code ${exitCode})` : said);
			},
			(error: unknown) => end(messageOf(error), error),
		);
	return {
		ask(command, content = '') {
			if (failure) return Promise.reject(failure);
			waiting = Promise.withResolvers();
			input.write(`${command}\n${content}`);
			return waiting.promise;
		},
		end() {
			end('it was closed');
			input.end();
			// An engine that does not answer must not keep this process.
			setTimeout(() => abort.abort(new Error('closed')), 1000).unref();
		},
		hasEnded: () => failure !== undefined,
	};
}
