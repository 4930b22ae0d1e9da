import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {deliver} from '../../source/notify/deliver.ts';
import {isQueueEmpty} from '../../source/notify/queue.ts';
import {makeHome, secret} from './home.ts';
import {openReceiver} from './receiver.ts';

const script = fileURLToPath(new URL('writer.ts', import.meta.url));

/** Runs a writer, kills it after some notifications, and returns those that it said were safe. */
function runAndKill(env: NodeJS.ProcessEnv, url: string, writer: string): Promise<readonly string[]> {
	const child = spawn(process.execPath, [script, url, writer], {env: {...process.env, ...env}});
	let text = '';
	let problem = '';
	child.stderr.on('data', chunk => {
		problem += String(chunk);
	});
	child.stdout.on('data', chunk => {
		text += String(chunk);
		if (text.split('\n').length > 10) child.kill('SIGKILL');
	});
	return new Promise((resolve, reject) => {
		child.on('close', (_code, signal) => {
			if (signal === 'SIGKILL') resolve(text.split('\n').slice(0, -1));
			else reject(new Error(problem));
		});
	});
}

it('what several processes had queued before they were killed arrives, while others deliver', async () => {
	const {url, received} = await openReceiver();
	const {env} = makeHome();
	const writing = Promise.all(['a', 'b', 'c'].map(writer => runAndKill(env, url, writer)));
	let isWriting = true;
	void writing.finally(() => {
		isWriting = false;
	});
	const targets = [{url, secret}];
	const round = () => deliver({targets, now: () => Date.now(), signal: new AbortController().signal, env});
	// Two at a time: one of them finds the queue taken.
	do await Promise.all([round(), round(), new Promise(resolve => setTimeout(resolve, 10))]);
	while (isWriting);
	const safe = (await writing).flat();
	await round();
	const messages = received.map(({body}) => JSON.parse(body).message);
	expect(safe.length).toBeGreaterThanOrEqual(30);
	expect(safe.filter(message => !messages.includes(message))).toEqual([]);
	expect(new Set(messages).size).toBe(messages.length);
	expect(isQueueEmpty(env)).toBe(true);
});
