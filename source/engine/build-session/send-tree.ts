import type {TreeEntry} from '../engine.ts';
import {announcedPacket, announcePacket, dataPacket, endPacket, errorPacket, type Received} from './packets.ts';

/** The other side of a transfer. */
type Line = {
	/** Resolves when more may be sent. */
	readonly send: (packet: Buffer) => Promise<void>;
	/** What BuildKit says, until it has everything or goes away. */
	readonly packets: AsyncIterable<Received>;
};

const encoder = new TextEncoder();

/** By the bytes of each part of a path, so that a folder comes before what is in it, as BuildKit demands. */
function comparePaths(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
	for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
		const order = Buffer.compare(a[index]!, b[index]!);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}

/** Entries in the order in which BuildKit takes them. */
export const inOrder = (entries: readonly TreeEntry[]): TreeEntry[] =>
	entries
		.map(entry => ({entry, parts: entry.path.split('/').map(part => encoder.encode(part))}))
		.sort((a, b) => comparePaths(a.parts, b.parts))
		.map(({entry}) => entry);

/**
 * Announces the entries of a folder, and sends the contents that BuildKit asks for: those that it does not have from an
 * earlier build. Ends when it has everything. Throws what reading a file throws, after telling BuildKit.
 */
export async function sendTree(entries: readonly TreeEntry[], {send, packets}: Line): Promise<void> {
	const ordered = inOrder(entries);
	const announce = async () => {
		for (const entry of ordered) await send(announcePacket(entry));
		await send(announcedPacket());
	};
	const sendContent = async (id: number) => {
		const entry = ordered[id];
		if (entry?.type !== 'file') throw new Error(`BuildKit asked for entry ${id}, which is no file`);
		for await (const piece of entry.read()) if (piece.length > 0) await send(dataPacket(id, piece));
		await send(dataPacket(id));
	};
	const serve = async () => {
		for await (const packet of packets) {
			if (packet.type === 'request') await sendContent(packet.id);
			// Why, is in the output of the build.
			else if (packet.type === 'error') return;
			else if (packet.type === 'end') return void (await send(endPacket()));
		}
	};
	try {
		await Promise.all([announce(), serve()]);
	} catch (error) {
		await send(errorPacket(error instanceof Error ? error.message : String(error))).catch(() => undefined);
		throw error;
	}
}
