import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {foldFields, parseStructured, unfoldFields} from '../../../source/output/logs/structured.ts';
import {hostile} from '../../ui/hostile.ts';

const folded = (text: string): readonly [message: string, fields: string] => {
	const structured = parseStructured(text)!;
	return [structured.message, foldFields(structured)];
};

describe('a JSON line', () => {
	test('folds to its message and fields, without time and level', () => {
		expect(folded('{"level":30,"time":1,"pid":7,"msg":"done","req":{"id":1},"tags":["a"],"note":null}')).toEqual([
			'done',
			'pid=7 req={"id":1} tags=["a"] note=null',
		]);
		expect(folded('{"@timestamp":"x","severity":"INFO","message":"done","path":"/a b","empty":""}')).toEqual([
			'done',
			'path="/a b" empty=""',
		]);
	});

	test('has the message of its error when it has no other', () => {
		expect(folded('{"err":{"message":"broken","code":1}}')).toEqual(['broken', 'err={"message":"broken","code":1}']);
		expect(folded('{"error":"broken","code":1}')).toEqual(['broken', 'code=1']);
		expect(folded('{"a":1}')).toEqual(['', 'a=1']);
	});

	test('unfolds to all its fields, with what is nested below', () => {
		const text = JSON.stringify({
			time: 1,
			msg: 'broken',
			err: {type: 'Error', stack: 'Error: broken\n    at main'},
			list: [1, {deep: true}],
			none: {},
		});
		expect(unfoldFields(parseStructured(text)!)).toEqual([
			'time: 1',
			'err:',
			'  type: Error',
			'  stack:',
			'    Error: broken',
			'        at main',
			'list:',
			'  -: 1',
			'  -: deep: true',
			'none: {}',
		]);
	});

	test('stays bounded, however deep or long it is', () => {
		const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
		expect(unfoldFields(parseStructured(nested(90))!).length).toBeLessThan(10);
		expect(parseStructured(nested(20_000))).toBeUndefined();
		const long = JSON.stringify({a: Array.from({length: 9000}, () => 1)});
		expect(unfoldFields(parseStructured(long)!)).toHaveLength(501);
		expect(
			foldFields(
				parseStructured(JSON.stringify(Object.fromEntries(Array.from({length: 900}, (_, n) => [`k${n}`, n]))))!,
				40,
			).length,
		).toBeLessThan(60);
		expect(parseStructured(`{"a":"${'x'.repeat(100_000)}"}`)).toBeUndefined();
	});

	test.each(['', 'plain', '{}', '[1]', '{broken}', '{"a":1} and more', '"text"', '{"a":1'])('is not %s', text => {
		expect(parseStructured(text)).toBeUndefined();
	});

	test('loses no field, whatever is in it', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...hostile)), fc.jsonValue(), {minKeys: 1}),
				object => {
					const structured = parseStructured(JSON.stringify(object))!;
					const keys = structured.fields.map(({key}) => key);
					const parsed = Object.keys(JSON.parse(JSON.stringify(object)));
					expect(parsed.filter(key => !keys.includes(key)).length).toBeLessThanOrEqual(
						structured.message === '' ? 0 : 1,
					);
					expect(unfoldFields(structured).length).toBeGreaterThanOrEqual(keys.length);
				},
			),
		);
	});
});
