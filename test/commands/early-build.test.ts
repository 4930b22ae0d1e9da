import {readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import type {BuildRequest, Engine} from '../../source/engine/engine.ts';
import {imageLabels} from '../../source/model/labels.ts';
import {images, openShop, type Shop} from './shop.ts';

const later = vi.hoisted(() => ({
	refusal: undefined as Error | undefined,
	until: undefined as Promise<unknown> | undefined,
}));

vi.mock(import('../../source/apply/assert-readable.ts'), async original => {
	const {assertReadable} = await original();
	return {
		assertReadable: async (...args) => {
			await later.until;
			if (later.refusal) throw later.refusal;
			return assertReadable(...args);
		},
	};
});

const descriptor = 'name: shop\nservices:\n  tidy: {kind: job, path: tidy}\n  sweep: {kind: job, path: sweep}\n';

type Seen = {
	readonly request: BuildRequest;
	/** The whole journal when the engine got the build. */
	readonly journal: string;
	/** What the user had seen by then. */
	readonly printed: string;
	readonly signal: AbortSignal | undefined;
};

let shop: Shop;
let seen: Seen[];

/** Notes what was printed and written when the engine gets a build. */
function watchBuilds(build: Engine['buildImage']): void {
	Object.assign(shop.world.engine, {
		buildImage: ((request, onProgress, signal) => {
			const printed = vi.mocked(process.stdout.write).mock.calls.map(([text]) => String(text));
			const journal = readFileSync(join(shop.world.directory, 'journal.ndjson'), 'utf8');
			seen.push({request, journal, printed: printed.join(''), signal});
			return build(request, onProgress, signal);
		}) satisfies Engine['buildImage'],
	});
}

const change = (text: string, service = 'tidy') => shop.write(`${service}/main.js`, text);

beforeEach(async () => {
	shop = await openShop();
	shop.write('compartment.yml', descriptor);
	rmSync(join(shop.folder, 'compartment.routes.yml'));
	for (const service of ['tidy', 'sweep']) {
		shop.write(`${service}/Dockerfile`, `FROM ${images.good}\nCOPY . .\n`);
		change('one', service);
	}
	seen = [];
	Object.assign(later, {refusal: undefined, until: undefined});
	watchBuilds(shop.world.engine.buildImage);
});

afterEach(() => shop.close());

it('builds for a new state only when it is on disk', async () => {
	await shop.text('apply', '--auto-approve');
	expect(seen).toHaveLength(2);
	for (const {printed} of seen) expect(printed).toContain('Applying');
});

it.each([
	['apply --auto-approve', ['apply', '--auto-approve']],
	['deploy outside a terminal', ['deploy']],
])('%s begins the build before it prints the plan, and after its entry is in the journal', async (_, words) => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	expect(await shop.text(...words)).toContain('Apply done');
	expect(seen).toHaveLength(1);
	const {request, journal, printed} = seen[0]!;
	expect(printed).toBe('');
	const op = request.labels[imageLabels.op];
	const entries = journal.trim().split('\n');
	expect(entries.filter(line => line.includes('"begin"') && line.includes(op!))).toHaveLength(1);
	expect((await shop.world.state())!.images['tidy']!.reference).toBe(request.reference);
});

it('a saved plan begins its build before the plan is printed', async () => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	await shop.text('plan', '--out', 'plan.json');
	await shop.text('apply', 'plan.json');
	expect(seen.map(({printed}) => printed)).toEqual(['']);
});

it('without an approval nothing is built', async () => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	expect((await shop.run('apply')).exitCode).toBe(1);
	expect(seen).toEqual([]);
});

it('a blocked plan builds nothing', async () => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	shop.write('compartment.yml', descriptor.replace('path: sweep', 'path: sweep, build: {env: [NONE]}'));
	expect((await shop.run('apply', '--auto-approve')).stderr).toContain('blocked');
	expect(seen).toEqual([]);
});

it('no more builds begin early than steps may run side by side', async () => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	change('two', 'sweep');
	await shop.text('apply', '--auto-approve', '--parallelism', '1');
	expect(seen.map(({printed}) => printed === '')).toEqual([true, false]);
});

it('reports a build in its place: after the plan and the start of its step', async () => {
	await shop.deploy();
	change('two');
	const types = (await shop.jsonLines('apply', '--auto-approve')).map(({type, address}) => [type, address]);
	expect(types.slice(0, 4)).toEqual([
		['plan', undefined],
		['apply-started', undefined],
		['step-started', 'image.tidy'],
		['step-progress', 'image.tidy'],
	]);
});

it('cancels the build when the apply is refused after all, and leaves nothing to recover', async () => {
	await shop.deploy();
	seen.length = 0;
	change('two');
	watchBuilds(
		(_request, _onProgress, signal) =>
			new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
	);
	later.refusal = new Error('a value cannot be read');
	const refused = await shop.run('apply', '--auto-approve');
	expect(refused.exitCode).toBe(1);
	expect(refused.stderr).toContain('a value cannot be read');
	expect(seen.map(({signal}) => signal?.aborted)).toEqual([true]);
	later.refusal = undefined;
	const {createMemoryEngine} = await import('../../source/engine/memory.ts');
	watchBuilds(createMemoryEngine().buildImage);
	const plan = await shop.text('plan');
	expect(plan).not.toContain('interrupted');
	expect(plan).toContain('image.tidy');
});

it('removes an image that was built before the apply is refused', async () => {
	await shop.deploy();
	const {engine} = shop.world;
	const built = () => engine.listImages({[imageLabels.project]: 'shop'});
	const before = (await built()).map(({id}) => id);
	const build = engine.buildImage;
	watchBuilds((...request) => {
		const image = build(...request);
		later.until = image;
		return image;
	});
	change('two');
	seen.length = 0;
	later.refusal = new Error('a value cannot be read');
	expect((await shop.run('apply', '--auto-approve')).exitCode).toBe(1);
	expect(seen.length).toBeGreaterThan(0);
	expect((await built()).map(({id}) => id)).toEqual(before);
	change('one');
	expect(await shop.text('plan')).toContain('No changes.');
});
