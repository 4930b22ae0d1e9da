import type {TreeEntry} from '../engine.ts';
import {readFields} from '../protobuf.ts';
import {writeMessage} from '../protobuf-writer.ts';

/** What is exchanged to bring a folder to BuildKit (tonistiigi/fsutil, types/wire.proto). */
const types = {stat: 0, request: 1, data: 2, end: 3, error: 4} as const;

/** What BuildKit says: that it wants the content of an entry, that it has everything, or that it failed. */
export type Received =
	| {readonly type: 'request'; readonly id: number}
	| {readonly type: 'end'}
	| {readonly type: 'error'; readonly message: string}
	| {readonly type: 'other'};

export function readPacket(message: Buffer): Received {
	let type = 0;
	let id = 0;
	let data = '';
	for (const field of readFields(message)) {
		if (field.type === 'varint' && field.number === 1) type = field.value;
		if (field.type === 'varint' && field.number === 3) id = field.value;
		if (field.type === 'bytes' && field.number === 4) data = field.value.toString();
	}
	if (type === types.request) return {type: 'request', id};
	if (type === types.end) return {type: 'end'};
	return type === types.error ? {type: 'error', message: data} : {type: 'other'};
}

// Go's file modes: the type is in the upper bits.
const goTypes = {file: 0, directory: 2 ** 31, link: 2 ** 27} as const;

/**
 * A time that changes with the content. BuildKit sends a file again when its size or time differs; and times do not count in
 * a build. The first minutes of 1970, so that it does not look like the time of something.
 */
const timeOf = (hash: string): bigint => BigInt(`0x${hash.slice(0, 10)}`);

/** Announces an entry. All entries are numbered from 0 in the order in which they are announced. */
export function announcePacket(entry: TreeEntry): Buffer {
	const stat = writeMessage({
		1: entry.path,
		2: goTypes[entry.type] + entry.mode,
		5: entry.type === 'file' ? entry.size : 0,
		6: entry.type === 'file' ? timeOf(entry.hash) : 0,
		7: entry.type === 'link' ? entry.target : '',
	});
	return writeMessage({1: types.stat, 2: stat});
}

/** All entries were announced. */
export const announcedPacket = (): Buffer => writeMessage({1: types.stat});

/** A piece of the content of an entry; without a piece, its end. */
export const dataPacket = (id: number, piece?: Buffer): Buffer => writeMessage({1: types.data, 3: id, 4: piece});

export const endPacket = (): Buffer => writeMessage({1: types.end});

export const errorPacket = (message: string): Buffer => writeMessage({1: types.error, 4: message});
