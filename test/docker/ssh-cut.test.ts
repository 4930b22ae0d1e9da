import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {commitLine} from '../../source/router/scripts.ts';
import {startLoad} from '../crash/load.ts';
import {withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {type Cut, withCuttableEngine} from './ssh-cuts.ts';

/*
 * test/crash/ssh-cuts.crash.ts cuts at every request.
 */

const engine = withCuttableEngine();

const sandbox = withSandbox(async box => {
	const settings = {drainSeconds: 1, stopGraceSeconds: 1, minHealthyMs: 0};
	writeFileSync(join(box.env['COMPARTMENT_CONFIG_HOME']!, 'settings.json'), JSON.stringify(settings));
	box.addService('web');
	box.describe({services: {web: publicService('web')}});
	await box.succeed(['deploy']);
});

afterAll(() => engine.arm());

const isStart = (call: string) => /^POST \/(?:v[\d.]+\/)?containers\/[^/]+\/start/.test(call);
const isCommit = (call: string, text: string) => call === 'STDIN' && text === `${commitLine}\n`;

const cuts: readonly (Cut & {readonly when: string})[] = [
	{when: 'when the new deployment is started', request: isStart, isReceived: false, downMs: 30},
	{when: 'when the router switches', request: isCommit, isReceived: true, downMs: 300},
];

test.for(cuts.map((cut, index) => ({...cut, version: `v${index + 2}`})))(
	'a redeploy over ssh that is cut off $when loses nothing, and the same command finishes it',
	async ({version, when: _, ...cut}) => {
		sandbox.setVersion('web', version);
		const load = startLoad(sandbox);
		try {
			engine.arm(cut);
			const first = await sandbox.run(['apply', '--auto-approve'], {env: engine.env()});
			expect(engine.hasCut(), first.stdout + first.stderr).toBe(true);
			await engine.mended();
			if (first.exitCode !== 0) await sandbox.succeed(['apply', '--auto-approve'], {env: engine.env()});
			expect((await sandbox.ask()).body).toBe(`web ${version}`);
			await sandbox.expectNoChanges();
		} finally {
			await load.stop();
		}
		expect(load.losses).toEqual([]);
		expect(load.count()).toBeGreaterThan(50);
	},
);
