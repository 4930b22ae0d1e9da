import {expect, it, test} from 'vitest';
import {createAnswerReader} from '../../source/engine/http-answer.ts';

/** What a reader makes of bytes that arrive in pieces of this length, and whether the connection may then be used again. */
function read(text: string, pieceLength = text.length) {
	const reader = createAnswerReader();
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; at += pieceLength) {
		const found = reader.push(bytes.subarray(at, at + pieceLength));
		if (found) return {...found.answer, isReusable: found.isReusable, rest: bytes.length - at - pieceLength};
	}
	return reader.end();
}

const head = (...lines: readonly string[]) => `HTTP/1.1 200 OK\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n`;

const chunked = `${head('Api-Version: 1.41', 'Transfer-Encoding: chunked')}5\r\n{"a":\r\n4;x=y\r\n"é"\r\n1\r\n}\r\n0\r\nTrailer: 1\r\n\r\n`;
const measured = `${head('API-VERSION:1.41', 'Content-Length: 10')}{"a":"é"}`;

test.each([1, 2, 3, 7, 64, 1000])('a body comes whole, in pieces of %d bytes', length => {
	for (const text of [chunked, measured])
		expect(read(text, length)).toMatchObject({
			status: 200,
			headers: {'api-version': '1.41'},
			text: '{"a":"é"}',
			isReusable: true,
		});
});

it('ends with the connection if it has no length, but not if it is cut off', () => {
	expect(read(`${head()}{"a":1}`)).toEqual({status: 200, headers: {}, text: '{"a":1}'});
	for (const text of [measured, chunked]) expect(read(text.slice(0, -1))).toBeUndefined();
	expect(read('HTTP/1.1 200 OK\r\nA: b\r\n')).toBeUndefined();
});

it('has no body with these statuses, and an interim response before it is skipped', () => {
	expect(read('HTTP/1.1 204 No Content\r\n\r\n')).toMatchObject({status: 204, text: '', isReusable: true});
	expect(read(`HTTP/1.1 100 Continue\r\n\r\n${measured}`, 9)).toMatchObject({status: 200, text: '{"a":"é"}'});
});

it('closes a connection that its server closes, or that sends more than it should', () => {
	expect(read(`${head('Connection: close', 'Content-Length: 1')}1`)).toMatchObject({text: '1', isReusable: false});
	expect(read('HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n1')).toMatchObject({text: '1', isReusable: false});
	expect(read(`${measured}HTTP`)).toMatchObject({text: '{"a":"é"}', isReusable: false});
});

it('rejects what is not HTTP', () => {
	const error = expect.objectContaining({code: 'ENOTHTTP', message: expect.stringContaining('not HTTP')});
	for (const text of ['SSH-2.0-OpenSSH\r\n', 'HTTP/2 200\r\n\r\n', `${head('Transfer-Encoding: chunked')}zz\r\n`])
		expect(() => read(text, 4)).toThrow(error);
	expect(() => read(`HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`, 1000)).toThrow(error);
});
