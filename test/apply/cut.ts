import {cpSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Method} from '../../source/engine/memory-calls.ts';
import {isChanging} from './changing-calls.ts';
import type {Failure} from './memory-faults.ts';
import type {MemoryWorld} from './memory-world.ts';

/**
 * How a command loses its engine: for one call, for that and all later ones, or because it is killed, so that nothing that it
 * would have written since is there.
 */
type Loss = 'once' | 'for good' | 'killed';

export type Cut = {
	/** Counted in the changing calls of the command, from 1. */
	readonly call: number;
	/** Whether the engine does what it was asked for. */
	readonly how: Exclude<Failure, 'refused'>;
	readonly loss: Loss;
};

export const ways: readonly Omit<Cut, 'call'>[] = (['once', 'for good', 'killed'] as const).flatMap(loss =>
	(['unseen', 'unanswered'] as const).map(how => ({loss, how})),
);

/** A command that was cut off, or that made too few calls for it. */
export type CutCommand = {
	readonly cutAt: Method | undefined;
	/** What it threw. */
	readonly error?: unknown;
};

// A lock is a socket.
const isCopied = (path: string): boolean => !/\/lock\.\d+$/.test(path);

/** Takes a snapshot of folders now. Returns what brings them back to it. */
function takeSnapshot(folders: readonly string[]): () => void {
	const snapshot = mkdtempSync(join(tmpdir(), 'compartment-killed-'));
	const copies = folders.map((folder, index) => [folder, join(snapshot, String(index))] as const);
	for (const [folder, copy] of copies) cpSync(folder, copy, {recursive: true, filter: isCopied});
	return () => {
		for (const [folder, copy] of copies) {
			for (const name of readdirSync(folder)) rmSync(join(folder, name), {recursive: true});
			cpSync(copy, folder, {recursive: true});
		}
		rmSync(snapshot, {recursive: true});
	};
}

/** Runs a command whose connection is cut at one of its changing calls. */
export async function runCut(
	world: MemoryWorld,
	{call, how, loss}: Cut,
	run: () => Promise<unknown>,
): Promise<CutCommand> {
	let made = 0;
	let cutAt: Method | undefined;
	let restore = (): void => undefined;
	world.interfere(method => {
		if (cutAt !== undefined) return loss === 'once' ? undefined : 'unseen';
		if (!isChanging(method) || ++made !== call) return undefined;
		cutAt = method;
		if (loss === 'killed') restore = takeSnapshot([world.directory, process.env['COMPARTMENT_CONFIG_HOME']!]);
		// Its connection is cut while it waits.
		return method === 'wait' ? 'unseen' : how;
	});
	let error: unknown;
	try {
		await run();
	} catch (thrown) {
		error = thrown;
	} finally {
		world.interfere(undefined);
	}
	restore();
	return {cutAt, error};
}
