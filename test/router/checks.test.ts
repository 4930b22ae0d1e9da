import {describe, expect, test} from 'vitest';
import {renderConfig, topologyIn} from '../../source/router/config.ts';
import {parseChecks} from '../../source/router/read-checks.ts';
import {parseRunning} from '../../source/router/running.ts';
import {planRuntime} from '../../source/router/runtime.ts';
import type {HealthCheck, RouteTable} from '../../source/router/table.ts';
import {parseTraffic} from '../../source/router/traffic.ts';
import {blog} from './fixtures.ts';

const http: HealthCheck = {type: 'http', path: "it's %20 #1", timeoutMs: 1500};

const tableWith = (check: HealthCheck, slot: 'blue' | 'green' = 'blue'): RouteTable => ({
	...blog,
	rules: [],
	backends: [
		{
			service: 'web',
			accessMode: 'public',
			slots: {
				blue: {address: '10.213.1.5', port: 80, deployment: 'dpl_3'},
				green: {address: '10.213.1.6', port: 80, deployment: 'dpl_4'},
			},
			active: slot,
			check,
		},
	],
});

const checkIn = (table: RouteTable): string => {
	const text = renderConfig([table], 1);
	return text.slice(text.indexOf('backend health:'));
};

describe('the check of a service', () => {
	test('uses its own backend, and servers that take requests are not checked', () => {
		const text = renderConfig([tableWith({type: 'tcp'})], 1);
		expect(checkIn(tableWith({type: 'tcp'}))).toBe(
			[
				'backend health:blog-1.web',
				'\ttimeout check 5000ms',
				'\tdefault-server check inter 5s fastinter 1s downinter 2s fall 3 rise 1',
				'\tserver blue 10.213.1.5:80',
				'\tserver green 10.213.1.6:80 disabled',
				'',
			].join('\n'),
		);
		expect(text.slice(0, text.indexOf('backend health:'))).not.toMatch(/\bcheck\b|health:/);
	});

	test('sends the same request as a readiness probe and escapes the path', () => {
		expect(checkIn(tableWith(http)).split('\n').slice(1, 5)).toEqual([
			'\toption httpchk',
			"\thttp-check send meth GET uri '/it'\\''s%20%20%20%231' ver HTTP/1.1 hdr Host %[bc_dst]:%[bc_dst_port] hdr User-Agent compartment hdr Accept */*",
			'\thttp-check expect rstatus ^2',
			'\ttimeout check 1500ms',
		]);
	});

	test('moves to the new slot in the same commands as the traffic, without a reload', () => {
		const previous = renderConfig([tableWith(http)], 1);
		const state = (proxy: string, slot: string, operation: number, admin: number) =>
			`3 ${proxy} 1 ${slot} 10.213.1.${slot === 'blue' ? 5 : 6} ${operation} ${admin} 80`;
		const running = parseRunning(
			[
				`description: generation 1 topology ${topologyIn(previous)}`,
				'',
				'# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_port',
				state('blog-1.web', 'blue', 2, 0),
				state('blog-1.web', 'green', 0, 5),
				// Down because its checks fail, but still in service.
				state('health:blog-1.web', 'blue', 0, 0),
				state('health:blog-1.web', 'green', 0, 5),
			].join('\n'),
		);
		expect(planRuntime([tableWith(http)], previous, running)).toEqual({type: 'none'});
		expect(planRuntime([tableWith(http, 'green')], renderConfig([tableWith(http, 'green')], 2), running)).toEqual({
			type: 'switch',
			lines: [
				[
					'set server blog-1.web/green state ready',
					'set server health:blog-1.web/green state ready',
					'set server blog-1.web/blue state maint',
					'set server health:blog-1.web/blue state maint',
				].join('; '),
			],
		});
	});

	test('changes the topology when its type or timeout changes', () => {
		const topologies = [http, {...http, timeoutMs: 900}, {type: 'tcp'} as const].map(check =>
			topologyIn(renderConfig([tableWith(check)], 1)),
		);
		expect(new Set(topologies).size).toBe(3);
	});
});

describe('the results of the checks', () => {
	const titles =
		'# pxname,svname,status,lastchg,check_status,check_code,check_duration,check_health,last_chk,check_desc,addr,stot';
	const read = (cells: string, proxy = 'health:blog-1.web') =>
		parseChecks(`${titles}\n${proxy},blue,${cells},10.0.0.2:80,0,\n`);

	test.each([
		['responds', 'UP,70,L7OK,200,2,3,,Layer7 check passed', 0, '200', 0],
		['failed once', 'UP 2/3,70,L7STS,503,2,2,Service Unavailable,x', 1, '503 Service Unavailable', 0],
		['failed twice', 'UP 1/3,70,* L7STS,503,2,1,Service Unavailable,x', 2, '503 Service Unavailable', 0],
		['failed three times', 'DOWN,70,L7STS,503,2,0,Service Unavailable,x', 3, '503 Service Unavailable', 70_000],
		[
			'goes down right after it began to serve',
			'DOWN,3,L7STS,503,2,0,Service Unavailable,x',
			2,
			'503 Service Unavailable',
			0,
		],
		['takes too long', 'DOWN,12,L7TOUT,,5003,0,,Layer7 timeout', 3, 'no answer within 5 s', 12_000],
		['takes too long for the first time', 'DOWN,9,* L7TOUT,,5003,0,,Layer7 timeout', 2, 'no answer within 5 s', 0],
		[
			'refuses connections',
			'DOWN,12,L4CON,,0,0,Connection refused,Layer4 connection problem',
			3,
			'Connection refused',
			12_000,
		],
		['redirects', 'DOWN,12,L7STS,302,1,0,Found,x', 3, '302 Found', 12_000],
		['answers with commas and quotes', 'DOWN,9,L7STS,503,2,0,"No, ""never"", 1",x', 3, '503 No, "never", 1', 9000],
	])('show a service that %s', (_what, cells, failures, answer, failsForMs) => {
		expect(read(cells)).toEqual([
			{lineage: 'blog-1', service: 'web', slot: 'blue', target: '10.0.0.2:80', failures, answer, failsForMs},
		]);
	});

	test.each([
		['has not been checked yet', 'UP 1/3,0,INI,,,1,,Initializing'],
		['has only a result of the previous deployment', 'UP 1/3,1,L4CON,,0,1,Connection refused,x'],
		['is out of service', 'MAINT,70,L7OK,200,2,3,,x'],
	])('leave out a slot that %s', (_what, cells) => {
		expect(read(cells)).toEqual([]);
	});

	test('are separate from the traffic', () => {
		const line = 'blue,UP,70,L7OK,200,2,3,,x,10.0.0.2:80,7,';
		expect(parseTraffic(`${titles}\nhealth:blog-1.web,${line}\nblog-1.web,${line}\n`)).toMatchObject([
			{lineage: 'blog-1', service: 'web', requests: 7},
		]);
		expect(read('no check,70,,,,,,', 'blog-1.web')).toEqual([]);
	});
});
