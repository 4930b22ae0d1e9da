import type {Server} from 'node:http';
import {dirname, join} from 'node:path';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {answerFrom} from '../../bench/stand-in-engine.ts';
import {connectDocker} from '../../source/engine/docker.ts';
import type {Observed, ReadonlyEngine} from '../../source/engine/engine.ts';
import {labels} from '../../source/model/labels.ts';
import {createMemoryWorld, images, type MemoryWorld} from '../apply/memory-world.ts';
import {serveEngine} from '../loading/serve-engine.ts';

const descriptor = `name: shop
services:
  worker: {kind: worker, image: "${images.good}"}
resources:
  db: {image: "${images.database}", volumes: {data: /data}}
`;

let world: MemoryWorld;
let server: Server;
let docker: ReadonlyEngine;

beforeAll(async () => {
	world = await createMemoryWorld();
	await world.apply(descriptor);
	const socket = join(dirname(world.directory), 'engine.sock');
	server = await serveEngine(socket, answerFrom(world.engine));
	docker = connectDocker({host: `unix://${socket}`});
});

afterAll(() => {
	server.close();
	server.closeAllConnections();
	world.close();
});

const inSeconds = ({containers, ...rest}: Observed): Observed => ({
	...rest,
	containers: containers.map(container => ({...container, createdAt: Math.floor(container.createdAt / 1000) * 1000})),
});

it('answers what the other engine has', async () => {
	const expected = inSeconds(await world.engine.observe({[labels.lineage]: ''}));
	expect(expected.containers.length).toBeGreaterThanOrEqual(2);
	expect(await docker.observe({[labels.lineage]: ''})).toEqual(expected);
	expect((await docker.info()).id).toBe((await world.engine.info()).id);
	expect(await docker.listSubnets()).toEqual(await world.engine.listSubnets());
});

it('finds one object, and says which it does not have', async () => {
	const {containers, networks, volumes} = await world.engine.observe({[labels.lineage]: ''});
	const {createdAt: _, ...details} = (await world.engine.inspectContainer(containers[0]!.id))!;
	expect(await docker.inspectContainer(containers[0]!.id)).toMatchObject(details);
	expect(await docker.inspectContainer('absent')).toBeUndefined();
	expect((await docker.findByName('network', networks[0]!.name))?.id).toBe(networks[0]!.id);
	expect((await docker.findByName('volume', volumes[0]!.name))?.id).toBe(volumes[0]!.name);
	expect((await docker.findImage(images.database))?.id).toBe((await world.engine.findImage(images.database))!.id);
	expect(await docker.findImage('absent:1')).toBeUndefined();
});
