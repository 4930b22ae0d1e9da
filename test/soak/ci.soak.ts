import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {exampleFile, withPipelineLab} from '../docker/ci-lab.ts';
import {type Facts, githubPipeline, gitlabPipeline} from '../docker/ci-pipelines.ts';
import type {RanJob} from '../docker/ci-runner.ts';
import {ask} from '../docker/router-lab.ts';

// Whole pipelines of examples/ci, from the first pull request to the preview that nobody touched for three days.

/** Lets programs of node believe that four days have passed. */
const later = {
	NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent('const n=Date.now;Date.now=()=>n()+345600000')}`,
};

describe('GitHub Actions', () => {
	const lab = withPipelineLab();
	const secrets = (): Facts =>
		Object.fromEntries([
			...Object.entries(lab.secrets).map(([name, value]) => [`secrets.${name}`, value] as const),
			['vars.COMPARTMENT_PACKAGE', lab.secrets['COMPARTMENT_PACKAGE']!],
			['secrets.REGISTRY_PASSWORD', ''],
			['github.token', 'token-of-the-job'],
			['github.repository', 'acme/shop'],
		]);
	const pull = (action: string, number = '42'): Facts => ({
		'github.event_name': 'pull_request',
		'github.event.action': action,
		'github.event.number': number,
	});
	const push: Facts = {'github.event_name': 'push'};
	const at = (environment?: string) =>
		ask(lab.sandbox.router, {
			host: `${lab.sandbox.project}${environment === undefined ? '' : `-${environment}`}.example.com`,
		});
	const succeed = async (job: Promise<RanJob>): Promise<RanJob> => {
		const ran = await job;
		expect(ran, ran.log).toMatchObject({exitCode: 0});
		for (const secret of Object.values(lab.secrets).slice(0, 3))
			expect(ran.log).not.toContain(secret.split('\n').find(line => line.length > 20 && !line.startsWith('#')));
		return ran;
	};

	test('deploys the main branch, comments on a pull request, keeps its preview, and removes it', async () => {
		const pipeline = githubPipeline(lab, exampleFile('github.yml'), secrets());
		expect(pipeline.started(push)).toEqual(['plan-production']);
		await succeed(pipeline.run('plan-production', push));
		expect(pipeline.started(push)).toEqual(['plan-production', 'apply-production']);
		await succeed(pipeline.run('apply-production', push));
		expect((await at()).body).toBe('web v1');
		const again = await pipeline.run('apply-production', push);
		expect(again).toMatchObject({exitCode: 1, log: expect.stringContaining('next.plan is stale, nothing was changed')});

		await succeed(pipeline.run('plan-production', push));
		expect(pipeline.started(push)).toEqual(['plan-production']);

		lab.sandbox.setVersion('web', 'v2');
		expect(pipeline.started(pull('synchronize'))).toEqual(['plan', 'preview']);
		const {comment} = await succeed(pipeline.run('plan', pull('opened')));
		expect(comment?.words).toBe('pr comment 42 --edit-last --create-if-none --body-file plan.md\n');
		expect(comment?.body).toContain(`### Compartment plan: ${lab.sandbox.project} › production`);
		expect(comment?.body).toMatch(/^\| \+\/- \| service\.web \| source or build configuration changed \|$/m);
		expect(comment?.body).not.toContain('\u001B');
		await succeed(pipeline.run('preview', pull('opened')));
		expect([(await at()).body, (await at('pr-42')).body]).toEqual(['web v1', 'web v2']);
		lab.sandbox.setVersion('web', 'v3');
		await succeed(pipeline.run('preview', pull('synchronize')));
		await succeed(pipeline.run('preview', pull('opened', '43')));
		expect((await at('pr-42')).body).toBe('web v3');

		expect(pipeline.started(pull('closed'))).toEqual(['close']);
		await succeed(pipeline.run('close', pull('closed')));
		expect((await lab.sandbox.observe('pr-42')).containers).toEqual([]);

		const schedule = {'github.event_name': 'schedule'};
		expect(pipeline.started(schedule)).toEqual(['prune']);
		expect((await succeed(pipeline.run('prune', schedule))).log).toContain('No environment has expired.');
		expect((await succeed(pipeline.run('prune', schedule, later))).log).toContain('Destroyed pr-43.');
		const {containers, networks, volumes} = await lab.sandbox.observe('pr-43');
		expect([containers, networks, volumes]).toEqual([[], [], []]);
		expect((await at()).body).toBe('web v1');
	});

	test('refuses a job without its identity, before anything is made', async () => {
		const {COMPARTMENT_IDENTITY: _, ...rest} = lab.secrets;
		const without = gitlabPipeline(
			lab,
			exampleFile('gitlab.yml'),
			{COMPARTMENT_PACKAGE: rest['COMPARTMENT_PACKAGE']!},
			{
				SSH_KEY: `${rest['SSH_KEY']}\n`,
				SSH_KNOWN_HOSTS: rest['SSH_KNOWN_HOSTS']!,
			},
		);
		const facts = {CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '7'};
		const ran = await without.run('preview', facts);
		expect(ran).toMatchObject({exitCode: 1, log: expect.stringContaining('This job of CI has no identity')});
		expect((await lab.sandbox.observe('pr-7')).networks).toEqual([]);
	});
});

describe('GitLab', () => {
	const lab = withPipelineLab();
	const request = {
		CI_PIPELINE_SOURCE: 'merge_request_event',
		CI_MERGE_REQUEST_IID: '7',
		CI_API_V4_URL: 'https://gitlab.example.com/api/v4',
		CI_PROJECT_ID: '12',
		COMMENT_TOKEN: 'token',
	};

	test('comments on a merge request, makes its preview, and removes it', async () => {
		const {SSH_KEY, SSH_KNOWN_HOSTS, COMPARTMENT_PACKAGE} = lab.secrets as Record<string, string>;
		const pipeline = gitlabPipeline(
			lab,
			exampleFile('gitlab.yml'),
			{COMPARTMENT_PACKAGE: COMPARTMENT_PACKAGE!, COMPARTMENT_PASSPHRASE: 'of the pipeline'},
			{SSH_KEY: `${SSH_KEY}\n`, SSH_KNOWN_HOSTS: SSH_KNOWN_HOSTS!},
		);
		expect(pipeline.started(request)).toEqual(['comment', 'preview', 'close']);
		const {comment} = await pipeline.run('comment', request);
		expect(comment?.words).toContain('https://gitlab.example.com/api/v4/projects/12/merge_requests/7/notes');
		expect(comment?.body).toContain('service.web');
		const made = await pipeline.run('preview', request);
		expect(made, made.log).toMatchObject({exitCode: 0});
		const host = `${lab.sandbox.project}-pr-7.example.com`;
		expect((await ask(lab.sandbox.router, {host})).body).toBe('web v1');
		const closed = await pipeline.run('close', request);
		expect(closed, closed.log).toMatchObject({exitCode: 0, log: expect.stringContaining('Deleted environment pr-7.')});
		expect((await lab.sandbox.observe('pr-7')).networks).toEqual([]);
		const pruned = await pipeline.run('prune', {CI_PIPELINE_SOURCE: 'schedule'});
		expect(pruned, pruned.log).toMatchObject({
			exitCode: 0,
			log: expect.stringContaining('No environment has expired.'),
		});
	});
});

test('both files are YAML without duplicate keys or unknown aliases', () => {
	for (const name of ['github.yml', 'gitlab.yml'] as const) expect(() => parse(exampleFile(name))).not.toThrow();
});
