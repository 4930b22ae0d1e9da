import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, onTestFinished, test} from 'vitest';
import {connectDocker} from '../../source/engine/docker.ts';

const id = `sha256:${'a'.repeat(64)}`;

const answers: Readonly<Record<string, unknown>> = {
	'/info': {ID: 'one', Name: 'one', ServerVersion: '28.0.0', OperatingSystem: 'Test'},
	'/images/json': [
		{Id: id, RepoTags: ['web:1'], RepoDigests: null, Labels: {a: 'b'}, Size: 7},
		// As engines before 24 list an image without a tag.
		{Id: 'sha256:b', RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'], Labels: null, Size: 8},
	],
	'/build': {aux: {ID: id}},
	[`/images/${id}/json`]: {Id: id, RepoTags: ['web:1'], RepoDigests: [], Created: '', Size: 7},
};

/** An engine that notes what it is asked. */
async function openEngine() {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-images-'));
	const asked: string[] = [];
	const server = createServer(async (request, response) => {
		for await (const _piece of request);
		const path = request.url!.replace(/^\/v[\d.]+(?=\/)|\?.*$/g, '');
		asked.push(path);
		response.setHeader('api-version', '1.41').end(JSON.stringify(answers[path] ?? {}));
	});
	await new Promise<void>(resolve => server.listen(join(folder, 'engine.sock'), resolve));
	onTestFinished(() => {
		server.close();
		rmSync(folder, {recursive: true});
	});
	return {engine: connectDocker({host: `unix://${join(folder, 'engine.sock')}`}), asked};
}

test('a list of images is one request', async () => {
	const {engine, asked} = await openEngine();
	expect(await engine.listImages({a: 'b'})).toEqual([
		{id, digests: [], tags: ['web:1'], labels: {a: 'b'}, size: 7},
		{id: 'sha256:b', digests: [], tags: [], labels: {}, size: 8},
	]);
	expect(asked).toEqual(['/images/json']);
});

test('a build after a read of the engine asks for BuildKit no more, and inspects its image once', async () => {
	const {engine, asked} = await openEngine();
	await engine.info();
	asked.length = 0;
	expect(await engine.hasBuildKit()).toBe(true);
	const context = Readable.from([Buffer.from('tar')]);
	const request = {context, dockerfile: 'Dockerfile', reference: 'web:1', labels: {}, args: {}};
	expect((await engine.buildImage(request, () => undefined)).id).toBe(id);
	expect(asked).toEqual(['/build', `/images/${id}/json`]);
});
