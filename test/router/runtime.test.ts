import {expect, test} from 'vitest';
import {renderConfig, topologyIn} from '../../source/router/config.ts';
import type {Running} from '../../source/router/running.ts';
import {parseRunning} from '../../source/router/running.ts';
import {planRuntime} from '../../source/router/runtime.ts';
import type {Backend, RouteTable} from '../../source/router/table.ts';
import {blog} from './fixtures.ts';

const target = (last: number) => ({address: `10.213.1.${last}`, port: 80, deployment: `dpl_${last}`});

const tableOf = (...backends: Partial<Backend>[]): RouteTable => ({
	...blog,
	rules: [],
	backends: backends.map((backend, index) => ({
		service: index === 0 ? 'web' : `s${index}`,
		accessMode: 'public',
		slots: {blue: target(5)},
		active: 'blue',
		...backend,
	})),
});

/** The output of a router that was loaded with a table. */
const runningOf = (table: RouteTable): Running => ({
	topology: topologyIn(renderConfig([table], 3)),
	servers: table.backends.flatMap(({service, slots, active}) =>
		(['blue', 'green'] as const).map(slot => ({
			backend: `${table.lineage}.${service}`,
			slot,
			address: slots[slot]?.address ?? '127.0.0.1',
			port: slots[slot]?.port ?? 1,
			isServing: active === slot,
		})),
	),
});

const plan = (from: RouteTable, to: RouteTable) => planRuntime([to], renderConfig([to], 4), runningOf(from));

test('an unchanged table needs no command', () => {
	expect(plan(tableOf({}), tableOf({}))).toEqual({type: 'none'});
});

test('a switch sets addresses of idle slots, then opens all new slots, then closes all old ones', () => {
	const next = {slots: {blue: target(5), green: target(6)}, active: 'green'} as const;
	expect(plan(tableOf({}, {}), tableOf(next, next))).toEqual({
		type: 'switch',
		lines: [
			[
				'set server blog-1.web/green addr 10.213.1.6 port 80',
				'set server blog-1.s1/green addr 10.213.1.6 port 80',
				'set server blog-1.web/green state ready',
				'set server blog-1.s1/green state ready',
				'set server blog-1.web/blue state maint',
				'set server blog-1.s1/blue state maint',
			].join('; '),
		],
	});
});

test('a service stops and starts answering without a reload', () => {
	const stopped = tableOf({active: null});
	expect(plan(tableOf({}), stopped)).toEqual({type: 'switch', lines: ['set server blog-1.web/blue state maint']});
	expect(plan(stopped, tableOf({}))).toEqual({type: 'switch', lines: ['set server blog-1.web/blue state ready']});
});

test('the address of a serving slot is never changed', () => {
	expect(plan(tableOf({}), tableOf({slots: {blue: target(9), green: target(6)}, active: 'green'}))).toEqual({
		type: 'switch',
		lines: [
			[
				'set server blog-1.web/green addr 10.213.1.6 port 80',
				'set server blog-1.web/green state ready',
				'set server blog-1.web/blue state maint',
				'set server blog-1.web/blue addr 10.213.1.9 port 80',
			].join('; '),
		],
	});
	expect(plan(tableOf({}), tableOf({slots: {blue: target(9)}}))).toEqual({type: 'reload'});
});

test('a changed topology needs a reload', () => {
	expect(plan(tableOf({}), tableOf({}, {}))).toEqual({type: 'reload'});
	expect(plan(tableOf({}), tableOf({accessMode: 'authenticated'}))).toEqual({type: 'reload'});
	expect(planRuntime([blog], renderConfig([blog], 1), {topology: undefined, servers: []})).toEqual({type: 'reload'});
});

test('many services are split over several lines that each fit into the socket’s buffer', () => {
	const many = (change: Partial<Backend>) => tableOf(...Array.from({length: 200}, () => change));
	const change = plan(many({}), many({slots: {green: target(6)}, active: 'green'}));
	const lines = change.type === 'switch' ? change.lines : [];
	expect(lines.length).toBeGreaterThan(1);
	expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(8000);
	expect(lines.join('; ').split('; ')).toHaveLength(600);
	const kinds = lines
		.join('; ')
		.split('; ')
		.map(command => command.split(' ').at(-1));
	expect(kinds.lastIndexOf('80')).toBeLessThan(kinds.indexOf('ready'));
	expect(kinds.lastIndexOf('ready')).toBeLessThan(kinds.indexOf('maint'));
});

test('the output of show info and show servers state is parsed', () => {
	const servers = [
		'1',
		'# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl',
		'3 l.web 1 blue 10.0.0.2 0 1 1 1 0 1 0 0 0 0 0 0 - 3000 - 0',
		'3 l.web 2 green 10.0.0.3 2 4 1 1 0 1 0 0 8 0 0 0 - 3001 - 0',
		'',
	].join('\n');
	expect(parseRunning(`Name: HAProxy\ndescription: generation 12 topology abc123\n\n${servers}`)).toEqual({
		topology: 'abc123',
		servers: [
			{backend: 'l.web', slot: 'blue', address: '10.0.0.2', port: 3000, isServing: false},
			{backend: 'l.web', slot: 'green', address: '10.0.0.3', port: 3001, isServing: true},
		],
	});
	expect(parseRunning('')).toEqual({topology: undefined, servers: []});
});
