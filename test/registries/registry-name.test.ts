import {describe, expect, it} from 'vitest';
import {hostOf, isHost, keyOf, registryOf} from '../../source/registries/registry-name.ts';

describe('the registry of a reference', () => {
	it.each([
		['nginx', 'docker.io'],
		['nginx:1.27', 'docker.io'],
		['team/app:1', 'docker.io'],
		['docker.io/library/nginx', 'docker.io'],
		['index.docker.io/team/app', 'docker.io'],
		['ghcr.io/team/app@sha256:0123', 'ghcr.io'],
		['localhost/app', 'localhost'],
		['localhost:5000/app:1', 'localhost:5000'],
		['127.0.0.1:5000/team/app:1', '127.0.0.1:5000'],
		['[::1]:5000/app', '[::1]:5000'],
		// A port needs a host with a path.
		['app:5000', 'docker.io'],
	])('%s is %s', (reference, host) => expect(registryOf(reference)).toBe(host));
});

it('a host may be written as in docker’s configuration', () => {
	expect(['https://index.docker.io/v1/', 'docker.io', 'http://ghcr.io/v2/', 'a.example:5000'].map(hostOf)).toEqual([
		'docker.io',
		'docker.io',
		'ghcr.io',
		'a.example:5000',
	]);
	expect(['docker.io', 'ghcr.io'].map(keyOf)).toEqual(['https://index.docker.io/v1/', 'ghcr.io']);
});

it('tells a host from what cannot be one', () => {
	const hosts = ['ghcr.io', 'localhost', 'a.example:5000', '127.0.0.1:1', '[::1]:5000'];
	const others = ['', '-p', 'a b', 'a/b', 'a.example:port', 'user@a.example', '.', 'a\nb', 'a:123456'];
	expect(hosts.filter(isHost)).toEqual(hosts);
	expect(others.filter(isHost)).toEqual([]);
});
