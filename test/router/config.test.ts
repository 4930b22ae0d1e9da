import {describe, expect, test} from 'vitest';
import {renderConfig, topologyIn} from '../../source/router/config.ts';
import type {RouteTable} from '../../source/router/table.ts';
import {growthOf} from '../growth.ts';
import {blog, shop} from './fixtures.ts';

const snapshot = (name: string): string => `../../snapshots/router/${name}.cfg`;

test.each([
	['empty', []],
	['one-environment', [blog]],
	['two-environments', [shop, blog]],
])('the configuration matches the golden file %s', async (name, tables) => {
	await expect(renderConfig(tables, 7)).toMatchFileSnapshot(snapshot(name));
});

test('the order of the tables does not change the configuration', () => {
	expect(renderConfig([blog, shop], 1)).toBe(renderConfig([shop, blog], 1));
});

test('a change of slots keeps the topology; a change of the password does not', () => {
	const [web, ...others] = shop.backends;
	const moved: RouteTable = {
		...shop,
		backends: [
			{...web!, slots: {green: {address: '10.213.0.9', port: 1, deployment: 'x'}}, active: 'green'},
			...others,
		],
	};
	expect(topologyIn(renderConfig([moved], 2))).toBe(topologyIn(renderConfig([shop], 1)));
	expect(topologyIn(renderConfig([{...shop, accessHash: null}], 1))).not.toBe(topologyIn(renderConfig([shop], 1)));
});

test('no line exceeds HAProxy’s limit, however many hosts and rules there are', () => {
	const hosts = Object.fromEntries(Array.from({length: 300}, (_, index) => [`h${index}.localhost`, 'web']));
	const rules = Array.from({length: 300}, (_, index) => ({on: 'web', path: `/p${index}/*`, to: 'private'}));
	const text = renderConfig(
		[
			{...blog, hosts, rules},
			{...shop, lineage: 'x', rules: rules.map(rule => ({...rule, on: 'admin', to: 'open'}))},
		],
		1,
	);
	expect(Math.max(...text.split('\n').map(line => line.split(' ').length))).toBeLessThanOrEqual(64);
});

test('rendering time grows linearly with the number of environments', () => {
	const tables = Array.from({length: 1000}, (_, index) => ({
		...shop,
		lineage: `l${index}`,
		rules: shop.rules.slice(0, 5),
		hosts: {[`h${index}.localhost`]: 'web'},
	}));
	expect(growthOf(scale => void renderConfig(tables.slice(0, 50 * scale), 1))).toBeLessThan(100);
});

describe('a configuration rejects', () => {
	const [web, ...others] = shop.backends;
	test.each<[string, Partial<RouteTable>]>([
		['an unsafe lineage', {lineage: 'a b'}],
		['a lineage that is a path', {lineage: '../x'}],
		['an unsafe host', {hosts: {'a b': 'web'}}],
		['a host in upper case', {hosts: {'A.localhost': 'web'}}],
		['a host of an unknown service', {hosts: {'a.localhost': 'nobody'}}],
		['a rule to an unknown service', {rules: [{on: 'web', path: '/', to: 'nobody'}]}],
		['a path with a line break', {rules: [{on: 'web', path: '/\nx', to: 'api'}]}],
		['a path with a query', {rules: [{on: 'web', path: '/x', to: 'api', rewrite: '/y?z'}]}],
		['an unsafe subnet', {subnet: '10.0.0.0/8 } or { always_true'}],
		['an unsafe password hash', {accessHash: 'x } or { always_true'}],
		['an unsafe address', {backends: [{...web!, slots: {blue: {address: 'x;y', port: 1, deployment: ''}}}, ...others]}],
		[
			'an invalid port',
			{backends: [{...web!, slots: {blue: {address: '1.2.3.4', port: 1.5, deployment: ''}}}, ...others]},
		],
		['an active slot without a target', {backends: [{...web!, slots: {}}, ...others]}],
		['an unsafe service name', {backends: [...shop.backends, {...web!, service: 'a/b'}]}],
	])('%s', (_, change) => {
		expect(() => renderConfig([{...shop, ...change}], 1)).toThrow(/router|invalid path|no target/);
	});
});
