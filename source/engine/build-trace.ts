import type {LogStream} from './engine.ts';
import {type Field, readFields} from './protobuf.ts';

/** A step as BuildKit reports it; reports repeat as it starts and ends. Times are milliseconds since the epoch. */
export type Vertex = {
	readonly id: string;
	readonly name: string;
	readonly isCached: boolean;
	readonly startedAt: number | undefined;
	readonly completedAt: number | undefined;
	readonly error: string;
};

type Transfer = {
	readonly id: string;
	readonly vertex: string;
	readonly name: string;
	readonly current: number;
	readonly total: number;
};

export type Output = {readonly vertex: string; readonly stream: LogStream; readonly data: Buffer};

export type Trace = {
	readonly vertices: readonly Vertex[];
	readonly transfers: readonly Transfer[];
	readonly outputs: readonly Output[];
};

/** Reads a `moby.buildkit.v1.StatusResponse` (moby/buildkit, api/services/control/control.proto). */
export function readTrace(message: Buffer): Trace {
	const vertices: Vertex[] = [];
	const transfers: Transfer[] = [];
	const outputs: Output[] = [];
	for (const field of readFields(message)) {
		if (field.type !== 'bytes') continue;
		if (field.number === 1) vertices.push(readVertex(field.value));
		if (field.number === 2) transfers.push(readTransfer(field.value));
		if (field.number === 3) outputs.push(readOutput(field.value));
	}
	return {vertices, transfers, outputs};
}

function readVertex(message: Buffer): Vertex {
	const fields = lastFields(message);
	return {
		id: textOf(fields.get(1)),
		name: textOf(fields.get(3)),
		isCached: numberOf(fields.get(4)) !== 0,
		startedAt: timeOf(fields.get(5)),
		completedAt: timeOf(fields.get(6)),
		error: textOf(fields.get(7)),
	};
}

function readTransfer(message: Buffer): Transfer {
	const fields = lastFields(message);
	return {
		id: textOf(fields.get(1)),
		vertex: textOf(fields.get(2)),
		name: textOf(fields.get(3)),
		current: numberOf(fields.get(4)),
		total: numberOf(fields.get(5)),
	};
}

function readOutput(message: Buffer): Output {
	const fields = lastFields(message);
	const data = fields.get(4);
	const stream = numberOf(fields.get(3)) === 2 ? 'stderr' : 'stdout';
	return {vertex: textOf(fields.get(1)), stream, data: data?.type === 'bytes' ? data.value : Buffer.alloc(0)};
}

/** When a non-repeated field occurs more than once, the last value wins. */
const lastFields = (message: Buffer): Map<number, Field> =>
	new Map([...readFields(message)].map(field => [field.number, field]));

const textOf = (field: Field | undefined): string => (field?.type === 'bytes' ? field.value.toString() : '');
const numberOf = (field: Field | undefined): number => (field?.type === 'varint' ? field.value : 0);

/** A `google.protobuf.Timestamp`: seconds and nanoseconds. */
function timeOf(field: Field | undefined): number | undefined {
	if (field?.type !== 'bytes') return;
	const fields = lastFields(field.value);
	return numberOf(fields.get(1)) * 1000 + numberOf(fields.get(2)) / 1e6;
}
