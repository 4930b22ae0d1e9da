import {setImmediate as tick} from 'node:timers/promises';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {runSteps} from '../../source/apply/graph/scheduler.ts';
import type {StepOutcome} from '../../source/apply/graph/step.ts';

/** An acyclic graph: a step depends on earlier ones only, and some take longer or fail. */
type Node = {readonly dependsOn: readonly number[]; readonly ticks: number; readonly fails: boolean};

const graph: fc.Arbitrary<readonly Node[]> = fc
	.array(fc.record({dependsOn: fc.array(fc.nat(), {maxLength: 3}), ticks: fc.nat(3), fails: fc.boolean()}), {
		minLength: 1,
		maxLength: 14,
	})
	.map(nodes =>
		nodes.map(({dependsOn, ticks, fails}, index) => ({
			ticks,
			// One failure in four gives graphs with and without failures.
			fails: fails && index % 2 === 0,
			dependsOn: index === 0 ? [] : [...new Set(dependsOn.map(other => other % index))],
		})),
	);

type Run = {
	readonly outcomes: Map<string, StepOutcome>;
	readonly started: string[];
	readonly finished: string[];
	readonly skipped: Map<string, string>;
	readonly failed: Map<string, string>;
	readonly most: number;
};

async function run(nodes: readonly Node[], parallelism: number, stopAfter = Number.POSITIVE_INFINITY): Promise<Run> {
	const [started, finished]: [string[], string[]] = [[], []];
	const [skipped, failed] = [new Map<string, string>(), new Map<string, string>()];
	let now = 0;
	let most = 0;
	const outcomes = await runSteps(
		nodes.map(({dependsOn, ticks, fails}, index) => ({
			id: `s${index}`,
			dependsOn: dependsOn.map(other => `s${other}`),
			async run() {
				started.push(`s${index}`);
				most = Math.max(most, ++now);
				for (let count = 0; count < ticks; count++) await tick();
				now--;
				finished.push(`s${index}`);
				if (fails) throw new Error(`s${index} broke`);
			},
		})),
		{
			parallelism,
			run: node => node.run(),
			isStopping: () => finished.length >= stopAfter,
			onSkip: ({id}, reason) => void skipped.set(id, reason),
			onFail: ({id}, error) => void failed.set(id, (error as Error).message),
		},
	);
	return {outcomes, started, finished, skipped, failed, most};
}

describe('runSteps', () => {
	const quiet = {
		parallelism: 2,
		isStopping: () => false,
		onSkip: () => undefined,
		onFail: () => undefined,
	};

	it('gives every step exactly one outcome, in an order that dependencies allow', async () => {
		await fc.assert(
			fc.asyncProperty(graph, fc.integer({min: 1, max: 5}), async (nodes, parallelism) => {
				const {outcomes, started, skipped, failed, most} = await run(nodes, parallelism);
				expect(outcomes.size).toBe(nodes.length);
				expect(most).toBeLessThanOrEqual(parallelism);
				expect(new Set(started).size).toBe(started.length);
				for (const [index, {dependsOn, fails}] of nodes.entries()) {
					const id = `s${index}`;
					const before = dependsOn.map(other => outcomes.get(`s${other}`));
					const mayRun = before.every(outcome => outcome === 'done');
					// A failure skips only the steps that depend on it.
					expect(outcomes.get(id)).toBe(mayRun ? (fails ? 'failed' : 'done') : 'skipped');
					expect(skipped.get(id)).toBe(mayRun ? undefined : 'dependency');
					expect(failed.get(id)).toBe(mayRun && fails ? `${id} broke` : undefined);
					if (mayRun)
						for (const other of dependsOn) expect(started.indexOf(`s${other}`)).toBeLessThan(started.indexOf(id));
				}
			}),
			{numRuns: 150},
		);
	});

	it('starts a step only after its dependencies have ended', async () => {
		await fc.assert(
			fc.asyncProperty(graph, async nodes => {
				const ended: string[] = [];
				await runSteps(
					nodes.map(({dependsOn, ticks}, index) => ({
						id: `s${index}`,
						dependsOn: dependsOn.map(other => `s${other}`),
						async run() {
							for (const other of dependsOn) expect(ended).toContain(`s${other}`);
							for (let count = 0; count < ticks; count++) await tick();
							ended.push(`s${index}`);
						},
					})),
					{
						parallelism: 4,
						run: node => node.run(),
						isStopping: () => false,
						onSkip: ({id}) => expect.unreachable(`${id} was skipped`),
						onFail: (_, error) => {
							throw error;
						},
					},
				);
				expect(ended.length).toBe(nodes.length);
			}),
			{numRuns: 60},
		);
	});

	it('lets running steps finish after a cancel and starts no others', async () => {
		await fc.assert(
			fc.asyncProperty(graph, fc.nat(6), async (nodes, stopAfter) => {
				const {outcomes, started, finished, skipped} = await run(nodes, 3, stopAfter);
				expect(outcomes.size).toBe(nodes.length);
				expect([...finished].sort()).toEqual([...started].sort());
				// Up to three were running at the time of the cancel.
				expect(started.length).toBeLessThanOrEqual(stopAfter === 0 ? 0 : stopAfter + 2);
				for (const [id, outcome] of outcomes) expect(outcome === 'skipped').toBe(skipped.has(id));
				expect(started.length + skipped.size).toBe(nodes.length);
			}),
			{numRuns: 100},
		);
	});

	it('runs as many steps at once as parallelism allows', async () => {
		const wide = Array.from({length: 9}, () => ({dependsOn: [], ticks: 3, fails: false}));
		expect((await run(wide, 4)).most).toBe(4);
		expect((await run(wide, 1)).most).toBe(1);
	});

	it('lets others work while steps only wait, and never more than parallelism allows', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({work: fc.nat(3), wait: fc.nat(6), more: fc.nat(3)}), {minLength: 1, maxLength: 20}),
				fc.integer({min: 1, max: 4}),
				async (nodes, parallelism) => {
					let [working, most] = [0, 0];
					const work = async (ticks: number) => {
						most = Math.max(most, ++working);
						for (let count = 0; count <= ticks; count++) await tick();
						working--;
					};
					const outcomes = await runSteps(
						nodes.map((node, index) => ({...node, id: `s${index}`, dependsOn: []})),
						{
							...quiet,
							parallelism,
							async run(node, idle) {
								await work(node.work);
								await idle(async () => {
									for (let count = 0; count < node.wait; count++) await tick();
								});
								await work(node.more);
							},
						},
					);
					expect([...outcomes.values()]).toEqual(nodes.map(() => 'done'));
					expect(most).toBeLessThanOrEqual(parallelism);
				},
			),
			{numRuns: 100},
		);
	});

	it('starts every step when all of them only wait', async () => {
		const all = Promise.withResolvers<void>();
		let started = 0;
		const steps = Array.from({length: 9}, (_, index) => ({id: `s${index}`, dependsOn: []}));
		await runSteps(steps, {
			...quiet,
			run: (_, idle) =>
				idle(() => {
					if (++started === steps.length) all.resolve();
					return all.promise;
				}),
		});
		expect(started).toBe(9);
	});

	it('has a slot again after a wait that failed', async () => {
		let working = 0;
		const failures: string[] = [];
		const steps = Array.from({length: 5}, (_, index) => ({id: `s${index}`, dependsOn: []}));
		await runSteps(steps, {
			...quiet,
			parallelism: 1,
			async run(_, idle) {
				await idle(() => Promise.reject(new Error('not ready'))).catch(async error => {
					expect(++working).toBe(1);
					await tick();
					working--;
					throw error;
				});
			},
			onFail: ({id}) => void failures.push(id),
		});
		expect(failures.length).toBe(5);
	});

	const plain = (id: string, dependsOn: readonly string[]) => ({id, dependsOn, run: async () => undefined});
	type Plain = ReturnType<typeof plain>;
	const quietly = {...quiet, run: (node: Plain) => node.run()};

	it('treats dependencies outside the graph as done', async () => {
		expect(await runSteps([plain('a', ['elsewhere'])], quietly)).toEqual(new Map([['a', 'done']]));
	});

	it('resolves at once for an empty graph', async () => {
		expect(await runSteps<Plain>([], quietly)).toEqual(new Map());
	});

	it('throws on a cycle instead of waiting for ever', async () => {
		await expect(runSteps([plain('a', ['b']), plain('b', ['a'])], quietly)).rejects.toThrow(
			'steps depend on each other',
		);
	});

	it('treats a synchronous throw as a failure', async () => {
		const failures: unknown[] = [];
		const broken = {
			id: 'a',
			dependsOn: [],
			async run(): Promise<undefined> {
				throw new Error('at once');
			},
		};
		const outcomes = await runSteps([broken, plain('b', []), plain('c', ['a'])], {
			...quietly,
			onFail: (_, error) => failures.push((error as Error).message),
		});
		expect(Object.fromEntries(outcomes)).toEqual({a: 'failed', b: 'done', c: 'skipped'});
		expect(failures).toEqual(['at once']);
	});
});
