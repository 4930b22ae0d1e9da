import {randomBytes, randomInt} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {pack} from 'tar-stream';
import {afterAll, beforeAll} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';
import type {ContainerSpec, Engine, Labels, NetworkSpec} from '../../source/engine/engine.ts';
import {discardNetwork} from './cli-cleaner.ts';

export {until} from './until.ts';

/** A small image. Tests wait until the engine has it. */
export const smallImage = 'debian:trixie-slim';

export const uniqueName = (prefix = 'test'): string => `compartment-${prefix}-${randomBytes(5).toString('hex')}`;

export type EngineUnderTest = {
	readonly engine: Engine;
	/** Labels for everything that a test creates. Objects with them are removed at the end. */
	readonly labels: Labels;
};

/** Gives a test file the engine and an image to run, and always removes everything with its labels at the end. */
export function withEngine(engine: Engine = connectDocker()): EngineUnderTest {
	const labels = {'compartment.test': uniqueName('run')};
	beforeAll(() => waitForImage(engine, smallImage), 300_000);
	afterAll(() => cleanUp(engine, labels), 60_000);
	return {engine, labels};
}

async function waitForImage(engine: Engine, reference: string): Promise<void> {
	while (!(await engine.findImage(reference))) await pause(1000);
}

export async function cleanUp(engine: Engine, labels: Labels): Promise<void> {
	if (Object.keys(labels).length === 0) throw new Error('without labels, everything would be removed');
	const {containers, networks, volumes} = await engine.observe(labels);
	const all = async (work: readonly Promise<unknown>[]) => {
		const failed = (await Promise.allSettled(work)).find(({status}) => status === 'rejected');
		if (failed?.status === 'rejected') throw failed.reason;
	};
	await all(containers.map(({id}) => engine.remove(id)));
	await all(networks.map(({id}) => discardNetwork(engine, id)));
	await all(volumes.map(({name}) => engine.removeVolume(name)));
	for (const {tags, id} of await engine.listImages(labels)) {
		for (const reference of tags.length > 0 ? tags : [id]) await engine.removeImage(reference);
	}
}

/** Command lines of this machine's processes, including those in containers of a local engine; empty without /proc. */
export function commandLines(): string[] {
	const read = (pid: string): string[] => {
		try {
			return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
		} catch {
			// The process has ended meanwhile.
			return [];
		}
	};
	try {
		return readdirSync('/proc')
			.filter(name => /^\d+$/.test(name))
			.flatMap(read);
	} catch {
		return [];
	}
}

/** Whether a `sleep` of the given seconds is running; cannot be checked for a remote engine. */
export const isSleeping = (seconds: string): boolean =>
	commandLines().some(line => line.startsWith(`sleep\0${seconds}`));

/** A container that does nothing until it is stopped. */
export const idleSpec = (labels: Labels, changes: Partial<ContainerSpec> = {}): ContainerSpec => ({
	name: uniqueName(),
	image: smallImage,
	labels,
	command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'],
	env: {},
	attachments: [],
	restart: {policy: 'no'},
	...changes,
});

/** Creates a network with a small subnet outside Compartment's pool. */
export async function makeNetwork(
	engine: Engine,
	labels: Labels,
	changes: Partial<NetworkSpec> = {},
): Promise<NetworkSpec> {
	const block = randomInt(4096);
	const subnet = `10.250.${Math.floor(block / 16)}.${(block % 16) * 16}/28`;
	const spec = {name: uniqueName('network'), labels, subnet, ...changes};
	await engine.createNetwork(spec);
	return spec;
}

/** The n-th address of a subnet. */
export function addressIn({subnet}: {readonly subnet: string}, n: number): string {
	const [a, b, c, d] = subnet.split(/[./]/).map(Number);
	return `${a}.${b}.${c}.${d! + n}`;
}

export function tarOf(files: Readonly<Record<string, string>>): NodeJS.ReadableStream {
	const archive = pack();
	for (const [name, content] of Object.entries(files)) archive.entry({name}, content);
	archive.finalize();
	return archive as unknown as NodeJS.ReadableStream;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
	const all: T[] = [];
	for await (const item of items) all.push(item);
	return all;
}
