import {expect, test} from 'vitest';
import {findEngine} from '../../source/engine/docker-address.ts';
import {createBuilds} from '../../source/engine/docker-build.ts';
import {createAttempt} from '../../source/engine/docker-errors.ts';
import {reachOf} from '../../source/engine/docker-reach.ts';
import type {BuildProgress} from '../../source/engine/engine.ts';
import {BuildError, EngineError} from '../../source/errors.ts';
import {isSleeping, smallImage, tarOf, uniqueName, until, withEngine} from './helpers.ts';
import {isThroughSsh} from './local-engine-only.ts';
import {straightDocker} from './straight.ts';

const {engine, labels} = withEngine();

type Options = {
	readonly files?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: BuildProgress) => void;
	readonly target?: string;
};

async function build(lines: readonly string[], {files = {}, signal, onProgress, target}: Options = {}) {
	const progress: BuildProgress[] = [];
	const request = {
		context: tarOf({'docker/Dockerfile.web': lines.join('\n'), ...files}),
		dockerfile: 'docker/Dockerfile.web',
		reference: `${uniqueName('built')}:1`,
		labels,
		args: {GREETING: 'hello'},
		target,
	};
	const note = (step: BuildProgress) => {
		progress.push(step);
		onProgress?.(step);
	};
	return {image: await engine.buildImage(request, note, signal), progress, reference: request.reference};
}

test('a build returns the image with its labels and ports in order, and reports its progress', async () => {
	const {image, progress, reference} = await build(
		[
			`FROM ${smallImage}`,
			'ARG GREETING',
			'RUN --mount=type=cache,target=/cache echo "$GREETING wörld"; echo to stderr >&2; echo no end | tr -d "\\n"',
			'COPY page.html /',
			'EXPOSE 9000',
			'EXPOSE 80 53/udp',
		],
		{files: {'page.html': uniqueName()}},
	);
	expect(image).toMatchObject({tags: [reference], labels, exposedPorts: [9000, 80], size: expect.any(Number)});
	expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/);

	const copied = progress
		.filter(({type}) => type === 'step')
		.filter(step => 'name' in step && step.name.includes('COPY'));
	expect(copied).toMatchObject([{state: 'started'}, {state: 'done', durationMs: expect.any(Number)}]);
	const run = progress.find(step => step.type === 'step' && step.name.includes('RUN'));
	const output = progress.filter(step => step.type === 'output' && run?.type === 'step' && step.id === run.id);
	// A cached step prints nothing.
	if (run?.type === 'step' && run.state === 'started') {
		expect(output.map(line => 'text' in line && line.text)).toEqual(
			expect.arrayContaining(['hello wörld', 'to stderr', 'no end']),
		);
	}
});

test('a repeated step is reported as cached', async () => {
	const lines = [`FROM ${smallImage}`, `RUN echo ${uniqueName()}`];
	await build(lines);
	const {progress} = await build(lines);
	const states = progress.flatMap(step => (step.type === 'step' && step.name.includes('RUN') ? [step.state] : []));
	expect(states).toEqual(['cached']);
});

test('a failed step is reported with its command and its last lines', async () => {
	const failing = build([
		`FROM ${smallImage}`,
		'RUN for n in $(seq 30); do echo line $n; done; echo no such package >&2; exit 3',
	]);
	const error: unknown = await failing.catch(error => error);
	expect(error).toBeInstanceOf(BuildError);
	const {message, summary, step} = error as BuildError;
	expect(summary).toMatch(/^cannot build image .*exit code: 3$/);
	expect(step).toMatchObject({name: expect.stringContaining('RUN for n'), lines: expect.arrayContaining(['line 30'])});
	expect(step!.lines).toHaveLength(20);
	expect(message).toMatch(/^cannot build image compartment-built-.*: .*exit code: 3\n {2}.*RUN for n/);
	expect(message).toMatch(/\n {2}line 30/);
	expect(message).toMatch(/\n {2}no such package/);
	expect(message).not.toMatch(/\n {2}line 1\n/);
});

test.each([
	['an instruction that does not exist', [`FROM ${smallImage}`, 'RUNN x'], /unknown instruction: RUNN/],
	['a file that is not in the context', [`FROM ${smallImage}`, 'COPY absent.txt /'], /absent\.txt.*not found/],
	['a base that cannot be pulled', ['FROM absent.invalid/base:1'], /absent\.invalid/],
])('%s is reported', async (_name, lines, message) => {
	await expect(build(lines)).rejects.toEqual(
		expect.objectContaining({name: 'BuildError', message: expect.stringMatching(message)}),
	);
});

test('only the target stage is built', async () => {
	const lines = [`FROM ${smallImage} AS web`, 'EXPOSE 3000', `FROM ${smallImage}`, 'RUN exit 1'];
	const {image} = await build(lines, {target: 'web'});
	expect(image.exposedPorts).toEqual([3000]);
});

test('an abort stops the build on the engine too', async () => {
	const marker = `9${Date.now() % 100_000}.5`;
	const controller = new AbortController();
	const reason = new EngineError('enough');
	const building = build([`FROM ${smallImage}`, `RUN echo begun; sleep ${marker}`], {
		signal: controller.signal,
		onProgress: step => {
			if (step.type === 'output' && step.text === 'begun') controller.abort(reason);
		},
	});
	await expect(building).rejects.toBe(reason);
	await until(async () => !isSleeping(marker));
});

test('an engine without BuildKit builds with the classic builder', async () => {
	const reach = reachOf(findEngine(isThroughSsh() ? 'unix:///var/run/docker.sock' : undefined));
	const connection = {
		docker: straightDocker(),
		address: engine.address,
		attempt: createAttempt(engine.address, []),
		reach,
	};
	const {buildImage} = createBuilds(connection, async () => false);
	const reference = `${uniqueName('built')}:1`;
	const classic = async (lines: readonly string[]) => {
		const progress: BuildProgress[] = [];
		const context = tarOf({Dockerfile: lines.join('\n')});
		const request = {context, dockerfile: 'Dockerfile', reference, labels, args: {}};
		return {image: await buildImage(request, step => progress.push(step)), progress};
	};
	const {image, progress} = await classic([`FROM ${smallImage}`, 'EXPOSE 9000 80', `RUN echo ${reference}`]);
	expect(image).toMatchObject({tags: [reference], labels, exposedPorts: [80, 9000]});
	const run = {type: 'step', id: 'Step 3/4', name: `RUN echo ${reference}`};
	expect(progress.slice(-5)).toEqual([
		{...run, state: 'started'},
		{type: 'output', id: 'Step 3/4', text: reference},
		{...run, state: 'done'},
		expect.objectContaining({type: 'step', id: 'Step 4/4', state: 'started'}),
		expect.objectContaining({type: 'step', id: 'Step 4/4', state: 'done'}),
	]);
	await expect(classic([`FROM ${smallImage}`, 'RUN echo reason; exit 3'])).rejects.toThrow(
		/returned a non-zero code: 3\n {2}RUN echo reason; exit 3\n {2}reason$/,
	);
});
