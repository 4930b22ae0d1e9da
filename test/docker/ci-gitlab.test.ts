import {expect, test} from 'vitest';
import {exampleFile, withPipelineLab} from './ci-lab.ts';
import {gitlabPipeline} from './ci-pipelines.ts';
import {ask} from './router-lab.ts';

// The lines of examples/ci/gitlab.yml, each job in a new container that has nothing but its variables.

const lab = withPipelineLab();

const push = {CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main'};

test('one runner plans the first deployment, another one applies it, and a third does not apply it again', async () => {
	const {COMPARTMENT_PACKAGE, SSH_KEY, SSH_KNOWN_HOSTS, COMPARTMENT_IDENTITY} = lab.secrets;
	const files = {SSH_KEY: `${SSH_KEY}\n`, SSH_KNOWN_HOSTS, COMPARTMENT_IDENTITY_FILE: COMPARTMENT_IDENTITY};
	const pipeline = gitlabPipeline(lab, exampleFile('gitlab.yml'), {COMPARTMENT_PACKAGE} as never, files as never);
	expect(pipeline.started(push)).toEqual(['plan', 'apply']);

	const planned = await pipeline.run('plan', push);
	expect(planned, planned.log).toMatchObject({exitCode: 0});
	expect(planned.log).toContain('Saved. Apply exactly this plan with: compartment apply next.plan');

	const applied = await pipeline.run('apply', push);
	expect(applied, applied.log).toMatchObject({exitCode: 0});
	expect((await ask(lab.sandbox.router, {host: `${lab.sandbox.project}.example.com`})).body).toBe('web v1');

	const again = await pipeline.run('apply', push);
	expect(again.exitCode).toBe(1);
	expect(again.log).toMatch(/next\.plan is stale, nothing was changed:\n +- the state changed from serial 0 to \d+/);
	for (const {log} of [planned, applied, again])
		for (const secret of [SSH_KEY!.split('\n')[1]!, 'AGE-SECRET-KEY-1']) expect(log).not.toContain(secret);
}, 240_000);
