import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {beforeAll, expect, test} from 'vitest';
import {expectError, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import type {Client} from './second-client.ts';
import {withSshd} from './sshd.ts';
import {apply, expectNoChanges, openTeam} from './team-lab.ts';

const sshd = withSshd();
const sandbox = withSandbox(({addService, describe}) => {
	addService('web');
	describe({services: {web: publicService('web')}});
});
let anna: Client;
let ben: Client;

beforeAll(async () => {
	({anna, ben} = await openTeam(sandbox, sshd));
});

test('of two people who apply at the same moment one wins, and the other is told where, or waits', async () => {
	sandbox.setVersion('web', 'v2');
	for (const {cloneSources} of [anna, ben]) cloneSources();
	const [refused, waited] = [ben.start(apply), anna.start([...apply, '--lock-timeout', '60s'])];
	const outcomes = await Promise.all([refused.ended, waited.ended]);
	const [first, second] = outcomes;
	expect(second, `${second.stdout}${second.stderr}`).toMatchObject({exitCode: 0});
	if (first.exitCode !== 0)
		expectError(first, /locked by `compartment apply` of \S+ \(process \d+ on annas-laptop, since /, 3);
	else expect(second.stderr + second.stdout).toMatch(/process \d+ on bens-laptop.*Waiting for it|^No changes\./m);
	expect((await sandbox.ask()).body).toBe('web v2');
	await expectNoChanges(ben);
});

test('a new clone finds the environment, its history and its changes', async () => {
	anna.cloneAgain();
	expect(JSON.parse(await anna.succeed(['environment', 'list', '--json']))).toMatchObject({
		environments: [{name: 'production', services: 1, engine: 'web1', problem: null}],
	});
	rmSync(join(anna.folder, '.compartment'), {recursive: true});
	const {entries} = JSON.parse(await anna.succeed(['state', 'history', '--json'])) as {entries: readonly unknown[]};
	expect(entries.length).toBeGreaterThan(2);
	await expectNoChanges(anna);
});
