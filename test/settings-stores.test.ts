import {describe, expect, it} from 'vitest';
import {backupStores, findStoreFault, parseStoreUrl, redactStore} from '../source/settings/backup-stores.ts';

describe('the URL of a store', () => {
	it.each([
		['s3://acme', {type: 's3', bucket: 'acme', prefix: ''}],
		['s3://acme/', {type: 's3', bucket: 'acme', prefix: ''}],
		['s3://acme.backups/a/b_c.d/', {type: 's3', bucket: 'acme.backups', prefix: 'a/b_c.d'}],
		['ssh://nas/srv', {type: 'ssh', host: 'nas', user: undefined, port: undefined, path: '/srv'}],
		[
			'ssh://me@nas.example.com:2222/srv/b/',
			{type: 'ssh', host: 'nas.example.com', user: 'me', port: 2222, path: '/srv/b'},
		],
		['ssh://me@nas/~/backups', {type: 'ssh', host: 'nas', user: 'me', port: undefined, path: '~/backups'}],
	])('is taken apart: %s', (url, place) => {
		expect(parseStoreUrl(url)).toEqual(place);
	});

	it.each([
		...[
			's3://',
			's3://A',
			's3://acme//x',
			's3://acme/../x',
			's3://acme/a b',
			's3://acme/a?b',
			's3://acme/.',
			's3://a..b',
		],
		...['ssh://nas', 'ssh://nas/', 'ssh://-oProxyCommand=x/srv', 'ssh://-l@nas/srv', 'ssh://me:secret@nas/srv'],
		...[
			'ssh://nas:0/srv',
			'ssh://nas:70000/srv',
			"ssh://nas/a'b",
			'ssh://nas/a/../b',
			'ssh://nas/$(id)',
			'ssh://nas/~',
		],
		...['https://acme', 'acme', ''],
	])('is refused: %s', url => {
		expect(parseStoreUrl(url)).toBeUndefined();
	});
});

describe('a store of the settings', () => {
	const s3 = {url: 's3://acme', accessKeyId: 'AKIA', secretAccessKey: 'secret-canary'};

	it('is valid with both halves of its key or none', () => {
		for (const store of [
			s3,
			{url: 's3://acme', endpoint: 'http://localhost:9000', region: 'auto'},
			{url: 'ssh://nas/srv'},
		])
			expect(findStoreFault(store)).toBeUndefined();
		expect(backupStores.accept({offsite: s3})).toEqual({offsite: s3});
	});

	it.each([
		[{url: 'ftp://x'}, /^needs another url: it must be s3:/],
		[{url: 's3://acme', endpoint: 'https://me:secret-canary@x'}, /endpoint/],
		[{url: 's3://acme', accessKeyId: 'AKIA'}, /both accessKeyId and secretAccessKey/],
		[{url: 's3://acme', secretAccessKey: 'secret-canary'}, /both accessKeyId and secretAccessKey/],
		[{...s3, secretAccessKey: 'secret-canary with space'}, /secretAccessKey/],
		[{url: 'ssh://nas/srv', region: 'x'}, /ssh/],
		[{url: 's3://acme', password: 'secret-canary'}, /unknown field/],
		['secret-canary', /object/],
	])('is refused without its secret: %j', (store, text) => {
		const fault = findStoreFault(store);
		expect(fault).toMatch(text);
		expect(backupStores.accept({offsite: store})).toBeUndefined();
		const said = [fault, backupStores.secret!.explain({offsite: store}), JSON.stringify(redactStore(store))];
		for (const each of said) expect(each).not.toContain('secret-canary');
		expect(JSON.stringify(backupStores.secret!.redact({offsite: store}))).not.toContain('secret-canary');
	});

	it('is shown without its secret', () => {
		expect(redactStore(s3)).toEqual({url: 's3://acme', accessKeyId: 'AKIA', secretAccessKey: '(hidden)'});
		expect(backupStores.secret!.explain({'No Name': s3})).toContain('name of a store');
	});
});
