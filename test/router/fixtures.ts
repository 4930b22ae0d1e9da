import {createHash} from 'node:crypto';
import type {RouteTable} from '../../source/router/table.ts';

/** The header that a client sends for the access password. */
export const authorization = `Basic ${Buffer.from('compartment:correct-horse').toString('base64')}`;

export const accessHash = createHash('sha256').update(authorization).digest('hex');

/** An environment with an open site, a guarded API and a guarded admin service, and a rule of every kind. */
export const shop: RouteTable = {
	lineage: 'shop-prod',
	project: 'shop',
	environment: 'production',
	subnet: '10.213.0.0/26',
	accessHash,
	hosts: {
		'shop.localhost': 'web',
		'www.example.org': 'web',
		'admin-shop.localhost': 'admin',
		'open-shop.localhost': 'open',
	},
	rules: [
		{on: 'web', path: '/api/*', to: 'api', stripPrefix: '/api'},
		{on: 'web', path: '/v1/*', to: 'api', replacePrefix: '/v2'},
		{on: 'web', path: '/root/*', to: 'api', replacePrefix: '/'},
		{on: 'web', path: '/slash/*', to: 'api', replacePrefix: '/v3/'},
		{on: 'web', path: '/health', to: 'api', rewrite: '/ready'},
		{on: 'web', path: '/all/*', to: 'api', rewrite: '/one'},
		{on: 'web', path: '/hooks/*', to: 'open', methods: ['POST', 'PUT']},
		{on: 'web', path: '/hooks/*', to: 'api', methods: ['GET']},
		{on: 'web', path: '/plain/*', to: 'open'},
		{on: 'web', path: '/plain/deep', to: 'api'},
		{on: 'admin', path: '/*', to: 'open'},
		{on: 'open', path: "/it's%20$HOME/*", to: 'web', replacePrefix: "/100%25,'(x)"},
	],
	backends: [
		{
			service: 'web',
			accessMode: 'public',
			slots: {blue: {address: '10.213.0.5', port: 3000, deployment: 'dpl_1'}},
			active: 'blue',
		},
		{
			service: 'api',
			accessMode: 'authenticated',
			slots: {
				blue: {address: '10.213.0.6', port: 8080, deployment: 'dpl_1'},
				green: {address: '10.213.0.7', port: 8080, deployment: 'dpl_2'},
			},
			active: 'green',
		},
		{service: 'admin', accessMode: 'authenticated', slots: {}, active: null},
		{
			service: 'open',
			accessMode: 'public',
			slots: {green: {address: '10.213.0.8', port: 80, deployment: 'dpl_2'}},
			active: 'green',
		},
	],
};

/** The smallest environment: one open service and no password. Its name has characters that configurations must escape. */
export const blog: RouteTable = {
	lineage: 'blog-1',
	project: 'blog',
	environment: `it's "$HOME" %[src] #1\n`,
	accessHash: null,
	hosts: {'blog.localhost': 'web'},
	rules: [{on: 'web', path: '/private/*', to: 'private'}],
	backends: [
		{
			service: 'web',
			accessMode: 'public',
			slots: {blue: {address: '10.213.1.5', port: 80, deployment: 'dpl_3'}},
			active: 'blue',
		},
		{
			service: 'private',
			accessMode: 'authenticated',
			slots: {blue: {address: '10.213.1.6', port: 80, deployment: 'dpl_3'}},
			active: 'blue',
		},
	],
};
