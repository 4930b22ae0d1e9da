import {describe, expect, it} from 'vitest';
import {refusalOf} from '../../../source/backup/store/s3-errors.ts';
import {bucketAddress} from '../../../source/backup/store/s3-request.ts';
import {cut, partSizeOf} from '../../../source/backup/store/s3-upload.ts';
import {elementsOf, textOf} from '../../../source/backup/store/s3-xml.ts';

describe('the address of a bucket', () => {
	const place = {type: 's3', bucket: 'acme', prefix: ''} as const;

	it.each([
		[{}, 'https://acme.s3.us-east-1.amazonaws.com/'],
		[{region: 'eu-central-1'}, 'https://acme.s3.eu-central-1.amazonaws.com/'],
		[{region: 'cn-north-1'}, 'https://acme.s3.cn-north-1.amazonaws.com.cn/'],
		[{endpoint: 'https://s3.example.com'}, 'https://s3.example.com/acme/'],
		[{endpoint: 'http://10.0.0.1:9000/s3/'}, 'http://10.0.0.1:9000/s3/acme/'],
	])('of %j', (store, address) => {
		expect(bucketAddress(place, store).href).toBe(address);
	});

	it('has a name with dots in the path, because no certificate matches it', () => {
		expect(bucketAddress({...place, bucket: 'acme.backups'}, {}).href).toBe(
			'https://s3.us-east-1.amazonaws.com/acme.backups/',
		);
	});
});

describe('the parts of an upload', () => {
	async function* pieces(...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
		for (const [index, size] of sizes.entries()) yield Buffer.alloc(size, index + 1);
	}
	const cutAll = async (size: number, ...sizes: readonly number[]) => {
		const parts: Buffer[] = [];
		for await (const part of cut(pieces(...sizes), size)) parts.push(Buffer.from(part));
		return parts;
	};

	it('have one size, whatever comes', async () => {
		for (const sizes of [[10], [3, 3, 4], [1, 9], [0, 10, 0], [4, 4, 2]]) {
			const parts = await cutAll(4, ...sizes);
			expect(parts.map(part => part.length)).toEqual([4, 4, 2]);
			expect(Buffer.concat(parts)).toEqual(Buffer.concat(sizes.map((size, index) => Buffer.alloc(size, index + 1))));
		}
		expect((await cutAll(4, 8)).map(part => part.length)).toEqual([4, 4]);
		expect((await cutAll(4)).map(part => part.length)).toEqual([0]);
	});

	it('are so few that a service takes them', () => {
		expect(partSizeOf(0)).toBe(8 * 1024 * 1024);
		for (const size of [1e9, 1e11, 1e12, 4.9e12]) {
			expect(size / partSizeOf(size)).toBeLessThan(10_000);
			expect(partSizeOf(size) % (1024 * 1024)).toBe(0);
		}
	});
});

describe('an answer', () => {
	it('is read with its entities and sections', () => {
		const xml = '<a><Key>x&amp;y &#252;&#x41;&nope;</Key><Key> </Key><Message><![CDATA[<b>&amp;]]></Message></a>';
		expect(elementsOf(xml, 'Key')).toHaveLength(2);
		expect(textOf(xml, 'Key')).toBe('x&y üA&nope;');
		expect(textOf(xml, 'Message')).toBe('<b>&amp;');
		expect(textOf(xml, 'Missing')).toBeUndefined();
	});

	it.each([
		[
			403,
			'<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
			'denied',
			'AccessDenied: Access Denied',
		],
		[403, '', 'denied', 'HTTP 403'],
		[404, '<Error><Code>NoSuchBucket</Code></Error>', 'missing', 'NoSuchBucket'],
		[507, '<Error><Code>XMinioStorageFull</Code><Message>Full</Message></Error>', 'full', 'XMinioStorageFull: Full'],
		[403, '<Error><Code>QuotaExceeded</Code></Error>', 'full', 'QuotaExceeded'],
		[503, '<html>busy</html>', 'unavailable', 'HTTP 503'],
		[400, '<Error><Code>EntityTooSmall</Code></Error>', 'refused', 'EntityTooSmall'],
	] as const)('%s %s is %s', (status, body, failure, text) => {
		const error = refusalOf('offsite', 'write a', {status, body});
		expect(error).toMatchObject({failure, message: expect.stringMatching(new RegExp(`: write a: ${text}$`))});
	});

	it('that names another region says how to use it', () => {
		const body = '<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>';
		expect(refusalOf('offsite', 'write a', {status: 400, body}).hint).toContain('--region eu-west-1');
	});
});
