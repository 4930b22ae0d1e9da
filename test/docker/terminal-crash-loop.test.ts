import {execFileSync} from 'node:child_process';
import {setTimeout as pause} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {recordEvents} from './agent-lab.ts';
import {withSandbox} from './cli.ts';
import {openCli} from './cli-terminal.ts';

/** Runs until a file appears, and from then on ends two seconds after each start. */
const command = "sh -c 'while [ ! -e /tmp/go ]; do sleep 0.1; done; sleep 2; exit 1'";

const sandbox = withSandbox(async opened => {
	opened.describe({services: {looping: {kind: 'worker', image: 'node:24-slim', run: {command}}}});
	await opened.succeed(['deploy']);
});

test('a crash loop is red within two seconds of the second crash, and never green between restarts', async () => {
	using terminal = openCli(sandbox, []);
	await terminal.waitFor(/● looping +healthy/, 20_000);
	const {id} = await sandbox.running('service.looping');
	const recorded = await recordEvents(sandbox);
	const samples: {readonly at: number; readonly row: string}[] = [];
	const rowNow = () =>
		terminal
			.text()
			.split('\n')
			.find(line => /│.* looping +\w/.test(line)) ?? '';
	execFileSync('docker', ['exec', id, 'touch', '/tmp/go']);
	// Other tests may keep the engine busy: what it needs for an answer itself is no delay of the dashboard.
	let slowest = 0;
	const measure = async () => {
		const begin = Date.now();
		await sandbox.observe();
		slowest = Math.max(slowest, Date.now() - begin);
	};
	const measuring = (async () => {
		for (let count = 0; count < 15; count++) await Promise.all([measure(), pause(1000)]);
	})();
	// Six crashes, with longer and longer pauses of the engine between them.
	for (const end = Date.now() + 20_000; Date.now() < end; await pause(50))
		samples.push({at: Date.now(), row: rowNow()});
	await measuring;
	const events = await recorded.stop();
	const crashes = events.filter(
		({action, attributes}) => action === 'die' && attributes[labels.address] === 'service.looping',
	);
	expect(crashes.length).toBeGreaterThanOrEqual(4);
	const second = crashes[1]!.at;
	const red = samples.find(({row}) => /✗ looping +crashing/.test(row));
	console.log(
		`red ${red && red.at - second} ms after the second of ${crashes.length} crashes; ${samples.length} samples`,
	);
	expect(red!.at - second).toBeLessThan(2000 + 2 * slowest);
	expect(samples.filter(({at, row}) => at > second && /● looping|healthy/.test(row))).toEqual([]);
	expect(samples.filter(({at, row}) => at >= red!.at && !/✗ looping +crashing/.test(row))).toEqual([]);
	// Restarts and the last exit are beside the state.
	expect(samples.at(-1)!.row).toMatch(/crashing +(?:\S+ +)?\d+, exit 1/);
	// Every command agrees.
	expect(await sandbox.succeed(['status'])).toMatch(/looping +crashing +\d+, exit 1/);
	expect(await sandbox.succeed(['why', 'service.looping'])).toMatch(/crashing|restarted \d+ times/);
	terminal.press('q');
	expect(await terminal.ended).toMatchObject({exitCode: 0});
}, 90_000);
