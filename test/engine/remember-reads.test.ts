import {expect, it} from 'vitest';
import {createMemoryEngine} from '../../source/engine/memory.ts';
import {rememberReads} from '../../source/engine/remember-reads.ts';

it('rememberReads makes each read once and distinguishes reads', async () => {
	const engine = createMemoryEngine();
	const image = engine.addImage('node:24-slim');
	const reads = rememberReads(engine);
	const found = await Promise.all([
		reads.findImage('node:24-slim'),
		reads.findImage('node:24-slim'),
		reads.findImage('other'),
		reads.findByName('network', 'other'),
		reads.findByName('volume', 'other'),
	]);
	expect(found).toEqual([image, image, undefined, undefined, undefined]);
	expect(await reads.observe({a: ''})).toBe(await reads.observe({a: ''}));
	expect(engine.calls.map(({method}) => method).sort()).toEqual([
		'findByName',
		'findByName',
		'findImage',
		'findImage',
		'observe',
	]);
});

it('rememberReads gives the same failure to all callers', async () => {
	const engine = createMemoryEngine();
	engine.failNext('findImage', new Error('connection lost'));
	const reads = rememberReads(engine);
	const outcomes = await Promise.allSettled([reads.findImage('a'), reads.findImage('a')]);
	expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected']);
});

it('rememberReads knows a container by its name when it has been inspected by it', async () => {
	const engine = createMemoryEngine({images: {'app:1': {}}});
	const spec = {image: 'app:1', labels: {a: 'b'}, command: [], env: {}, attachments: []};
	const id = await engine.create({...spec, name: 'router', restart: {policy: 'no'}});
	const reads = rememberReads(engine);
	const before = engine.calls.length;
	expect(await reads.inspectContainer('router')).toMatchObject({id});
	expect(await reads.findByName('container', 'router')).toEqual({id, labels: {a: 'b'}});
	expect(await reads.inspectContainer('other')).toBeUndefined();
	expect(await reads.findByName('container', 'other')).toBeUndefined();
	// The beginning of an id is no name.
	expect(await reads.inspectContainer(id)).toMatchObject({id});
	expect(await reads.findByName('container', id)).toBeUndefined();
	expect(engine.calls.slice(before).map(({method}) => method)).toEqual(Array(3).fill('inspectContainer'));
});
