import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {busyShare, createMachineReader, parseReading} from '../../source/report/machine-load.ts';

const output = `== processor
cpu  1000 0 500 8000 400 0 60 40 0 0
cpu0 500 0 250 4000 200 0 30 20 0 0
cpu1 500 0 250 4000 200 0 30 20 0 0
intr 12345 0
== memory
MemTotal:        8000000 kB
MemFree:          100000 kB
MemAvailable:    3000000 kB
== disk
Filesystem     1024-blocks     Used Available Capacity Mounted on
overlay           62500000 50000000  12500000      80% /
`;

const router = {name: 'compartment-router', listen: '127.0.0.1', port: 9080} as never;

describe('the load of a machine', () => {
	test('is read from what the kernel and df say', () => {
		expect(parseReading(output)).toEqual({
			processor: {busy: 1600, total: 10_000, cores: 2},
			memory: {size: 8_192_000_000, free: 3_072_000_000},
			disk: {size: 64_000_000_000, free: 12_800_000_000},
		});
	});

	test('has only the parts that can be read', () => {
		expect(parseReading('== processor\n== memory\ncat: /proc/meminfo: Permission denied\n== disk\n')).toEqual({
			processor: undefined,
			memory: undefined,
			disk: undefined,
		});
	});

	test('never fails, whatever a machine prints', () => {
		fc.assert(fc.property(fc.string(), text => void parseReading(`== processor\ncpu ${text}\n== memory\n${text}`)));
	});

	test('has a processor that is busy between 0 and 1', () => {
		const time = fc.record({busy: fc.nat(), total: fc.nat(), cores: fc.constant(2)});
		fc.assert(
			fc.property(time, time, (before, after) => {
				const share = busyShare(before, after) ?? 0;
				expect(share).toBeGreaterThanOrEqual(0);
				expect(share).toBeLessThanOrEqual(1);
			}),
		);
		expect(busyShare({busy: 100, total: 1000, cores: 2}, {busy: 150, total: 1200, cores: 2})).toBe(0.25);
		expect(busyShare(undefined, {busy: 150, total: 1200, cores: 2})).toBeUndefined();
	});

	test('of a machine behind ssh comes from its shell, which is asked for the folder of the engine', async () => {
		const scripts: string[] = [];
		const engine = {
			...createMemoryEngine(),
			isLocal: false,
			shell: async () => ({
				ask: async (script: string) => {
					scripts.push(script);
					return {output, exitCode: 0};
				},
			}),
		};
		Object.assign(engine, {
			info: async () => ({...(await createMemoryEngine().info()), rootDirectory: '/data/docker'}),
		});
		expect(await createMachineReader(engine, router)()).toMatchObject({processor: {cores: 2}});
		expect(scripts[0]).toContain("df -Pk '/data/docker'");
	});

	test('is empty where neither files, a shell nor a router is there', async () => {
		const engine = {...createMemoryEngine(), isLocal: false, shell: async () => undefined};
		expect(await createMachineReader(engine, router)()).toEqual({});
	});
});
