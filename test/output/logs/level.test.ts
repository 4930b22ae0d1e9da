import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {createLevelReader, isAtLeast, levelIn} from '../../../source/output/logs/level.ts';
import {growthOf} from '../../growth.ts';
import {hostile} from '../../ui/hostile.ts';

/** Lines as well-known programs and libraries print them. */
const lines: readonly (readonly [level: string, line: string])[] = [
	['info', '{"level":30,"time":1700000000000,"pid":7,"hostname":"a","msg":"listening"}'],
	['error', '{"level":60,"msg":"fatal"}'],
	['debug', '{"msg":"x","level": 20}'],
	['warn', '{"level":"warning","msg":"disk"}'],
	['error', '{"severity":"CRITICAL","message":"x"}'],
	['info', '{"severity":"NOTICE","message":"an error: no"}'],
	['error', '{"@timestamp":"2026-11-20T08:00:00Z","log.level":"ERROR","message":"x"}'],
	['error', '{"version":"1.1","host":"a","short_message":"gelf","level":3}'],
	['', '{"msg":"\\"level\\":\\"error\\""}'],
	['warn', 'time="2026-11-20T08:00:00Z" level=warning msg="x"'],
	['error', 'ts=2026-11-20T08:00:00Z lvl=eror msg=x'],
	['error', '2026/11/20 08:00:00 [error] 29#29: *1 open() failed'],
	['info', '[info] ready'],
	['warn', '<warn> deprecated'],
	['error', '2026-11-20 08:00:00.123 UTC [41] ERROR:  relation "x" does not exist'],
	['info', '2026-11-20 08:00:00.123 UTC [41] LOG:  checkpoint starting'],
	['error', '2026-11-20 08:00:00.123 UTC [41] FATAL:  password authentication failed'],
	['warn', 'WARNING:root:this is deprecated'],
	['error', '2026-11-20 08:00:00,123 - app - ERROR - it broke'],
	['info', 'INFO:     127.0.0.1:5000 - "GET / HTTP/1.1" 200 OK'],
	['warn', '2026-11-20 08:00:00.123  WARN 7 --- [main] o.s.b.Boot : slow'],
	['error', '2026-11-20T08:00:00.000Z ERROR app::db: connection lost'],
	['error', 'E, [2026-11-20T08:00:00.123456 #7] ERROR -- : it broke'],
	['error', 'E1120 08:00:00.123456       7 controller.go:10] it broke'],
	['warn', 'W1120 08:00:00.123456       7 controller.go:10] retry'],
	['error', 'fail: Microsoft.AspNetCore.Server.Kestrel[13]'],
	['warn', 'npm WARN old lockfile'],
	['error', 'npm ERR! code E404'],
	['error', 'Error: connect ECONNREFUSED 127.0.0.1:5432'],
	['error', 'TypeError: x is not a function'],
	['error', 'java.lang.NullPointerException: x'],
	['error', 'Traceback (most recent call last):'],
	['error', 'panic: runtime error: index out of range'],
	['error', "thread 'main' panicked at src/main.rs:2:5"],
	['error', '\u001B[31mERROR\u001B[0m it broke'],
	['warn', '\u001B[33mwarn\u001B[39m: it is late'],
	['debug', 'DEBUG query took 4 ms'],
	['', 'listening on port 3000'],
	['', 'GET /error/log 200 in 4 ms'],
	['', 'user logged in'],
	['', 'information for you'],
	['', 'errors: 0 of 12'],
	['', ''],
];

const names = lines.map(([level, line]) => ({level: level === '' ? undefined : level, line}));

test.each(names)('the level of $line is $level', ({level, line}) => {
	expect(levelIn(line)).toBe(level);
});

describe('the lines of a stack trace', () => {
	const levelsOf = (...given: readonly string[]) => {
		const levelOf = createLevelReader();
		return given.map(text => levelOf({source: 'api', text}));
	};

	test('have the level of the line before', () => {
		expect(
			levelsOf('    at lost (x.js:1:2)', 'Error: broken', '    at main (x.js:1:2)', '}', 'GET / 200', '  indented'),
		).toEqual([undefined, 'error', 'error', 'error', undefined, undefined]);
		expect(levelsOf('… UTC [4] ERROR:  duplicate key', '… UTC [4] DETAIL:  Key (id)=(1) exists.')).toEqual([
			'error',
			'error',
		]);
	});

	test('belong to their own source', () => {
		const levelOf = createLevelReader();
		levelOf({source: 'api', text: 'Error: broken'});
		levelOf({source: 'web', text: 'INFO ready'});
		expect(levelOf({source: 'api', text: '    at main'})).toBe('error');
		expect(levelOf({source: 'db', text: '    at main'})).toBeUndefined();
	});
});

test('an unknown level is below every other', () => {
	expect([isAtLeast(undefined, 'debug'), isAtLeast('info', 'warn'), isAtLeast('error', 'warn')]).toEqual([
		false,
		false,
		true,
	]);
});

test('any text has a level or none, in time that grows with its length', () => {
	const texts = fc.oneof(fc.string({unit: 'binary-ascii'}), fc.constantFrom(...hostile));
	fc.assert(fc.property(texts, text => void levelIn(text)));
	for (const part of ['{"level" ', 'Error', ' level=', '[warn', 'a.', '"level":', 'ERROR'])
		expect(
			growthOf(scale => levelIn(part.repeat(5000 * scale))),
			part,
		).toBeLessThan(60);
});
