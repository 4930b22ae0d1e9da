import {expect, test, vi} from 'vitest';
import {createMemoryEngine, type ExecCall} from '../../source/engine/memory.ts';
import {labels} from '../../source/model/labels.ts';
import {probeArgs, probeScript, unreached} from '../../source/router/probe-program.ts';
import {keepProber} from '../../source/router/prober.ts';
import {probeHttp, probeTcp} from '../../source/router/router.ts';
import {endMark} from '../../source/router/scripts.ts';

const router = {name: 'router', listen: '127.0.0.1', port: 9080, tlsPort: 9443};
const place = (port: number) => ({address: '10.213.0.5', port, timeoutMs: 2000});
const web = {...place(3000), path: 'healthz', hostHeader: 'web:3000'};

/** A router whose prober is answered line by line; `lines` has the input of each process. */
async function openWorld(onLine: (line: string, say: (text: string) => void) => void) {
	const processes: string[][] = [];
	const engine = createMemoryEngine({
		images: {haproxy: {}},
		exec: async ({input, onLine: print, command}: ExecCall) => {
			expect(command).toEqual(['sh', '-c', probeScript, 'sh', ...probeArgs]);
			const lines: string[] = [];
			processes.push(lines);
			for await (const part of input as AsyncIterable<string>)
				for (const line of part.trim().split('\n')) {
					lines.push(line);
					onLine(line, text => print?.(text, 'stdout'));
				}
			lines.push('(end)');
			return {stdout: `${endMark}\n`};
		},
	});
	await engine.run({
		name: router.name,
		image: 'haproxy',
		labels: {[labels.router]: 'true'},
		env: {},
		attachments: [],
		restart: {policy: 'no'},
	});
	return {engine, processes};
}

test('targets that are asked at the same time share one process, which ends with the last of them', async () => {
	const {engine, processes} = await openWorld((line, say) => {
		const [, id, , , , port] = line.split(' ');
		if (port === '3001') {
			say(`1 ready 3 250 200 OK\t`);
			say(`${id} ready 1 4 accepts connections\t`);
		}
	});
	const [http, tcp] = await Promise.all([probeHttp(engine, router, web), probeTcp(engine, router, place(3001))]);
	expect(http).toEqual({isReady: true, tries: 3, lastAnswer: '200 OK', elapsedMs: 250});
	expect(tcp).toMatchObject({isReady: true, lastAnswer: 'accepts connections'});
	const first = ['ask 1 2000 http 10.213.0.5 3000 /healthz web:3000', 'ask 2 2000 tcp 10.213.0.5 3001', '(end)'];
	await expect.poll(() => processes).toEqual([first]);
	await probeTcp(engine, router, place(3001));
	expect(processes).toHaveLength(2);
});

test('a kept process waits for more targets, and ends when nobody keeps it any more', async () => {
	const {engine, processes} = await openWorld((line, say) => {
		const [, id] = line.split(' ');
		say(`${id} ready 1 4 accepts connections\t`);
	});
	const releases = [keepProber(engine), keepProber(engine)];
	expect(processes).toEqual([]);
	for (const port of [3001, 3002]) await probeTcp(engine, router, place(port));
	releases[0]!();
	await probeTcp(engine, router, place(3003));
	const asked = [3001, 3002, 3003].map((port, at) => `ask ${at + 1} 2000 tcp 10.213.0.5 ${port}`);
	expect(processes).toEqual([asked]);
	releases[1]!();
	await expect.poll(() => processes).toEqual([[...asked, '(end)']]);
	await probeTcp(engine, router, place(3004));
	await expect.poll(() => processes[1]).toEqual(['ask 1 2000 tcp 10.213.0.5 3004', '(end)']);
});

test('the cause is asked for when there is no connection, and no answer is one line of foreign text', async () => {
	const {engine, processes} = await openWorld((line, say) => {
		if (line.startsWith('ask')) say(`1 waits 1 0 ${unreached}\t`);
		if (!line.startsWith('why')) return;
		say("1 why nc: can't connect to remote host (10.213.0.5): Connection refused");
		say(`1 waits 9 1000 ${unreached}\t`);
		say('1 waits 12 1400 503 Service Unavailable\tready 1 1 200 OK');
		say('1 late 19 2000 503 Service Unavailable\t<html>');
	});
	const answers: string[] = [];
	const onTry = (answer: string, tries: number) => answers.push(`${tries} ${answer}`);
	expect(await probeHttp(engine, router, web, {onTry})).toMatchObject({isReady: false, tries: 19});
	expect(answers).toEqual([
		'1 Connection refused',
		'9 Connection refused',
		'12 503 Service Unavailable: ready 1 1 200 OK',
		'19 503 Service Unavailable',
	]);
	expect(processes[0]).toContain('why 1 10.213.0.5 3000');
});

test.each([
	['', 'no connection'],
	['nc: timed out', 'no connection within 5 s'],
	["nc: can't connect to remote host (10.213.0.5): No route to host", 'No route to host'],
])('a cause %j is shown as %j', async (said, shown) => {
	const {engine} = await openWorld((line, say) => {
		if (line.startsWith('ask')) say(`1 waits 1 0 ${unreached}\t`);
		if (!line.startsWith('why')) return;
		say(`1 why ${said}`);
		say('1 ready 3 300 200 OK\t');
	});
	const answers: string[] = [];
	await probeHttp(engine, router, web, {onTry: answer => answers.push(answer)});
	expect(answers).toEqual([shown, '200 OK']);
});

test('a target that nobody waits for any more is dropped', async () => {
	const stop = new AbortController();
	const {engine, processes} = await openWorld(() => stop.abort(new Error('cancelled')));
	await expect(probeHttp(engine, router, web, {signal: stop.signal})).rejects.toThrow('cancelled');
	await expect.poll(() => processes[0]?.slice(1)).toEqual(['drop 1', '(end)']);
});

test('a process that says nothing is given up, and another one is asked', async () => {
	vi.stubEnv('COMPARTMENT_TEST_PATIENCE_MS', '100');
	const {engine, processes} = await openWorld((_, say) => {
		if (processes.length > 1) say('1 ready 1 4 accepts connections\t');
	});
	const target = {...place(3001), timeoutMs: 100};
	expect(await probeTcp(engine, router, target)).toMatchObject({isReady: true, lastAnswer: 'accepts connections'});
	expect(processes).toHaveLength(2);
	await expect.poll(() => processes[0]).toEqual(['ask 1 100 tcp 10.213.0.5 3001', '(end)']);
	vi.unstubAllEnvs();
});

test('a router whose HAProxy cannot run the program is an error that quotes it', async () => {
	const {engine} = await openWorld(() => undefined);
	const alert = "[ALERT]    (12) : config : parsing [haproxy.cfg:6] : unknown keyword 'lua-load'";
	const broken = {
		...engine,
		exec: async () => ({exitCode: 1, stdout: `${endMark}\n`, stderr: `[NOTICE] (12) : version\n${alert}\n`}),
	};
	await expect(probeHttp(broken, router, web)).rejects.toThrow(
		"cannot run probes in the router: config : parsing [haproxy.cfg:6] : unknown keyword 'lua-load'",
	);
});
