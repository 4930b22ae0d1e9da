import {createHmac} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {toNotification} from '../../source/notify/notification.ts';
import {bodyFor} from '../../source/notify/payload.ts';
import {sign} from '../../source/notify/signature.ts';
import {occurrence, start} from './home.ts';

const bodyOf = (format: 'generic' | 'slack', patch: Parameters<typeof occurrence>[0] = {}) =>
	JSON.parse(bodyFor({format}, toNotification(occurrence(patch), 'server-1')));

describe('a generic body', () => {
	it('has every field, whatever happened', () => {
		expect(bodyOf('generic')).toEqual({
			version: 1,
			id: expect.stringMatching(/^ntf_[0-9a-z]{15}$/),
			event: 'crash-loop',
			at: '2026-01-01T00:00:00.000Z',
			host: 'server-1',
			project: 'shop',
			environment: 'production',
			address: 'service.web',
			message: 'web exited five times in ten minutes',
			run: null,
			exitCode: null,
			isOutOfMemory: null,
			lines: [],
		});
		expect(bodyOf('generic', {run: 'run_1', exitCode: 137, isOutOfMemory: true, lines: ['killed']})).toMatchObject({
			run: 'run_1',
			exitCode: 137,
			isOutOfMemory: true,
			lines: ['killed'],
		});
	});

	it('holds foreign text without escape sequences and hidden characters, and the last 20 lines, cut', () => {
		const lines = Array.from({length: 30}, (_, index) => `\x1b]0;owned\x07line ${index}${'x'.repeat(1000)}`);
		const body = bodyOf('generic', {message: `first\n\x1b[31mse\u202econd${'y'.repeat(5000)}`, lines});
		expect(body.message).toMatch(/^first\nsecondy+…$/);
		expect(body.message.length).toBeLessThanOrEqual(2000);
		expect(body.lines).toHaveLength(20);
		expect(body.lines[0]).toMatch(/^line 10x+…$/);
		expect(body.lines[0]).toHaveLength(300);
	});

	it('of many lines stays as short', () => {
		expect(bodyOf('generic', {message: 'a line\n'.repeat(5000)}).message.length).toBeLessThanOrEqual(2000);
	});
});

describe('a body for Slack', () => {
	it('is one text with what matters', () => {
		const {text} = bodyOf('slack', {exitCode: 137, isOutOfMemory: true, lines: ['one', 'two']});
		expect(text).toBe(
			[
				'*Crash loop*: shop/production service.web on server-1',
				'web exited five times in ten minutes',
				'exit code 137, out of memory',
				'```\none\ntwo\n```',
			].join('\n'),
		);
		expect(bodyOf('slack', {event: 'disk-low', project: null, environment: null, address: null}).text).toBe(
			'*Disk low*: server-1\nweb exited five times in ten minutes',
		);
	});

	it('calls nobody, links nowhere and ends no block because of foreign text', () => {
		const {text} = bodyOf('slack', {message: '<!channel> & <http://evil|x>', lines: ['```', '<!here>']});
		expect(text).not.toMatch(/<|>(?!;)/);
		expect(text).toContain('&lt;!channel&gt; &amp; &lt;http://evil|x&gt;');
		expect(text.match(/```/g)).toHaveLength(2);
	});
});

it('a signature covers the time and the body', () => {
	const signature = sign('{"a":1}', 'a-secret-of-many-characters', start + 999);
	const seconds = start / 1000;
	const code = createHmac('sha256', 'a-secret-of-many-characters').update(`${seconds}.{"a":1}`).digest('hex');
	expect(signature).toBe(`t=${seconds},v1=${code}`);
	expect(sign('{"a":2}', 'a-secret-of-many-characters', start)).not.toBe(signature);
	expect(sign('{"a":1}', 'a-secret-of-many-characters', start + 1000)).not.toBe(signature);
	expect(sign('{"a":1}', 'another-secret-of-characters', start)).not.toBe(signature);
});
