import {setTimeout as pause} from 'node:timers/promises';
import {steadyNow} from '../clock.ts';
import type {Engine} from '../engine/engine.ts';
import {isOutcomeUnknown, UserError} from '../errors.ts';
import {holder, type LockRecord} from '../state/lock.ts';
import {type Conversation, converse} from './conversation.ts';
import {parseRecord} from './record.ts';

/** How often the script hears from us; well below the time after which it ends. */
const pingMs = 5000;

/** How long a connection that was cut is opened again, in milliseconds: the router may just be replaced. */
const patienceMs = 30_000;

/** Enough for one more try. */
const onceMs = 100;

/** What is stored, as the lock was taken: SHA-256 of the files, or `none`, and length of the journal. */
export type Taken = {readonly stateHash: string; readonly journalHash: string; readonly journalBytes: number};

/** Lock and store of an environment in the router, over one connection that is opened again when it is cut. */
export type Store = {
	/** Takes the lock. Undefined with the holder's record while another client has it. */
	readonly take: () => Promise<Taken | {readonly owner: LockRecord | undefined}>;
	/**
	 * Sends a command, and repeats it after a cut: each means the same twice.
	 * @throws UserError when another client has taken the lock since
	 */
	readonly send: (command: string, content?: string) => Promise<string>;
	/** Frees the lock, if it is held. Never throws: the lock is free without it too. */
	readonly close: () => Promise<void>;
};

type StoreOptions = {
	readonly engine: Pick<Engine, 'exec'>;
	/** Finds the running router's container; another one after a replacement. */
	readonly findContainer: () => Promise<string>;
	/** Name of the environment's folders. */
	readonly name: string;
	readonly record: LockRecord;
};

function parseTaken(answer: string): Taken {
	const [, stateHash = '', journalHash = '', bytes = ''] = answer.split(' ');
	return {stateHash, journalHash, journalBytes: Number(bytes)};
}

const lostTo = (owner: LockRecord | undefined): UserError =>
	new UserError(
		`The connection to the engine was cut, and ${owner ? holder(owner) : 'another command'} took the environment over. It finishes or undoes what this command had begun.`,
	);

/** Opens the connection. */
export async function openStore({engine, findContainer, name, record}: StoreOptions): Promise<Store> {
	const own = `${record.id} ${JSON.stringify(record)}`;
	let conversation: Conversation = converse(engine, await findContainer(), name);
	let isHeld = false;
	let wasAnswered = false;
	let failure: UserError | undefined;
	let timer: NodeJS.Timeout | undefined;
	let isPinging = false;
	// Once it was in vain to wait, what comes after does not wait as long again.
	let patience = patienceMs;
	let queue: Promise<unknown> = Promise.resolve();
	const inTurn = <Result>(task: () => Promise<Result>): Promise<Result> => {
		const turn = queue.then(task);
		queue = turn.catch(() => undefined);
		return turn;
	};

	/** Takes the lock again that was freed by the cut, unless another client was faster. */
	async function comeBack(cause: unknown): Promise<void> {
		const deadline = steadyNow() + patience;
		let last = cause;
		for (let wait = 50; steadyNow() < deadline; wait = Math.min(2 * wait, 500)) {
			await pause(wait);
			try {
				conversation.end();
				conversation = converse(engine, await findContainer(), name);
				const answer = await conversation.ask(`resume ${own}`);
				if (answer.startsWith('taken ')) {
					patience = patienceMs;
					return;
				}
				const owner = parseRecord(answer.slice(answer.indexOf(' ') + 1));
				// The engine may not have noticed the cut yet.
				if (answer.startsWith('busy ') && owner?.id === record.id) continue;
				failure = lostTo(owner);
			} catch (error) {
				if (!(error instanceof UserError)) throw error;
				last = error;
			}
			if (failure) throw failure;
		}
		patience = onceMs;
		throw last;
	}

	async function send(command: string, content?: string): Promise<string> {
		for (;;) {
			if (failure) throw failure;
			try {
				return await conversation.ask(command, content);
			} catch (error) {
				if (!isOutcomeUnknown(error) && !conversation.hasEnded()) throw error;
				await comeBack(error);
			}
		}
	}

	/** Asks for the lock. Who waits for it asks again after a cut: its holder may have replaced the router. */
	async function askForLock(): Promise<string> {
		const deadline = steadyNow() + patienceMs;
		for (let wait = 50; ; wait = Math.min(2 * wait, 500)) {
			try {
				if (conversation.hasEnded()) conversation = converse(engine, await findContainer(), name);
				return await conversation.ask(`take ${own}`);
			} catch (error) {
				if (!wasAnswered || !(error instanceof UserError) || steadyNow() >= deadline) throw error;
				await pause(wait);
			}
		}
	}

	return {
		take: () =>
			inTurn(async () => {
				const answer = await askForLock();
				wasAnswered = true;
				if (!answer.startsWith('taken ')) return {owner: parseRecord(answer.slice(answer.indexOf(' ') + 1))};
				isHeld = true;
				// Whatever is wrong, the next command reports it.
				const ping = () => {
					// Those that wait behind a call would keep the end of the command waiting.
					if (isPinging) return;
					isPinging = true;
					void inTurn(() => send('ping'))
						.catch(() => undefined)
						.finally(() => {
							isPinging = false;
						});
				};
				timer = setInterval(ping, pingMs);
				timer.unref();
				return parseTaken(answer);
			}),
		send: (command, content) => inTurn(() => send(command, content)),
		close: () =>
			inTurn(async () => {
				clearInterval(timer);
				try {
					if (isHeld && !failure) await conversation.ask('bye');
				} catch {
				} finally {
					conversation.end();
				}
			}),
	};
}
