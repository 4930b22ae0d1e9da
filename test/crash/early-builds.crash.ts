import {cpSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {imageLabels} from '../../source/model/labels.ts';
import {withForeignObjects} from './foreign.ts';
import {apply, destroy, withCrashLab} from './lab.ts';
import {startLoad} from './load.ts';

const lab = withCrashLab();
const expectForeignUntouched = withForeignObjects();
let version = 1;
let crashes = 0;
afterAll(() => console.log(`${crashes} crashes`));

/** A build that takes a while after it has said something. The first kills of a test come before its end. */
const slowBuild = `FROM node:24-slim
WORKDIR /app
COPY . .
RUN echo installing; sleep 3; echo installed
CMD ["node", "server.mjs"]
`;

async function succeed(args: readonly string[]): Promise<string> {
	const outcome = await lab.run(args);
	expect(outcome, outcome.stdout + outcome.stderr).toMatchObject({exitCode: 0});
	return outcome.stdout;
}

/** Expects no other images than those that the state names: of the services, and for a rollback. */
async function expectNamedImages(): Promise<void> {
	const {images, deployments} = lab.sandbox.state();
	const named = new Set([
		...Object.values(images).flatMap(({reference, imageId}) => [reference, imageId]),
		...Object.values(deployments).flatMap(({imageReference, imageId}) => [imageReference, imageId]),
	]);
	const found = await lab.sandbox.engine.listImages({[imageLabels.project]: lab.sandbox.project});
	// A build of the same source takes the tag of an image, which the state then names by its id.
	const names = found.flatMap(({id, tags}) => (tags.length > 0 ? tags : [id]));
	expect(names.filter(name => !named.has(name))).toEqual([]);
}

/** Before and while the engine builds. A second hit is the build of the other service, or later in a build. */
const points = [
	['journal.after-open', 1],
	['journal.before-begin', 2],
	['journal.after-begin', 2],
	['build.after-start', 1],
	// The first change of the state: by then nothing but builds has begun.
	['journal.before-state', 1],
	['journal.after-state', 1],
	['build.after-progress', 4],
	['build.after-image', 2],
	['apply.before-build-image', 1],
	['apply.after-build-image', 2],
] as const;

describe('an apply whose builds began before its plan was printed', () => {
	beforeAll(async () => {
		lab.write(version);
		lab.sandbox.write({'services/web/Dockerfile': slowBuild});
		await succeed(apply);
		await lab.expectServing(version);
	});

	const hits = points.flatMap(([point, most]) => Array.from({length: most}, (_, index) => `${point}:${index + 1}`));

	test.for(hits)('and is killed at %s builds again with the next apply', async point => {
		lab.write(++version);
		const load = startLoad(lab.sandbox);
		expect(await lab.crash(apply, point)).toBe(true);
		crashes++;
		expect((await lab.run(['plan'])).stderr).toContain('interrupted');
		await succeed(apply);
		await load.stop();
		expect(load.losses).toEqual([]);
		await lab.expectServing(version);
		await expectNamedImages();
	});

	test.for(hits)('and is killed at %s leaves no image when the change is reverted', async point => {
		lab.write(version + 1);
		expect(await lab.crash(apply, point)).toBe(true);
		crashes++;
		lab.write(version);
		await succeed(apply);
		await lab.expectServing(version);
		await expectNamedImages();
	});

	test('and is killed with its recovery leaves no image either', async () => {
		for (const second of ['recover.before-outcome', 'recover.after-outcome', 'journal.before-failed']) {
			lab.write(version + 1);
			expect(await lab.crash(apply, 'build.after-image'), second).toBe(true);
			lab.write(version);
			expect(await lab.crash(apply, second), second).toBe(true);
			crashes += 2;
			await succeed(apply);
			await lab.expectServing(version);
			await expectNamedImages();
		}
	});

	test('and is killed does not go on building on the engine', async () => {
		lab.write(version + 1);
		// By the fourth report the slow step runs.
		expect(await lab.crash(apply, 'build.after-progress:4')).toBe(true);
		crashes++;
		await pause(6000);
		lab.write(version);
		await succeed(apply);
		await lab.expectServing(version);
		await expectNamedImages();
	});

	test('and is refused after all is killed while its builds are cancelled', async () => {
		// Without its identity, the command cannot read the resource's password.
		const config = lab.sandbox.env['COMPARTMENT_CONFIG_HOME']!;
		const copy = join(lab.sandbox.folder, '..', 'other-config');
		cpSync(config, copy, {recursive: true});
		rmSync(join(copy, 'identity'));
		const refuse = (point?: string) =>
			lab.run(apply, {COMPARTMENT_CONFIG_HOME: copy, ...(point && {COMPARTMENT_FAILPOINT: point})});
		for (const point of ['journal.before-failed', 'journal.after-failed', 'journal.before-close']) {
			lab.write(++version);
			const killed = await refuse(point);
			expect(killed, killed.stdout + killed.stderr).toMatchObject({signal: 'SIGKILL'});
			crashes++;
			await succeed(apply);
			await lab.expectServing(version);
			await expectNamedImages();
		}
		lab.write(version + 1);
		expect(await refuse()).toMatchObject({exitCode: 1});
		lab.write(version);
		expect(await succeed(apply)).toMatch(/^No changes\./m);
		await lab.expectServing(version);
		await expectNamedImages();
	});

	test('and is killed leaves nothing after a destroy', async () => {
		for (const point of ['journal.after-begin:2', 'build.after-progress:4', 'build.after-image:2']) {
			lab.write(++version);
			expect(await lab.crash(apply, point), point).toBe(true);
			crashes++;
			await succeed(destroy);
			await lab.expectDestroyed();
			await succeed(apply);
			await lab.expectServing(version);
		}
		await expectForeignUntouched();
	});
});
