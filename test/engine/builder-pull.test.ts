import {expect, it} from 'vitest';
import {explainBuilderPull} from '../../source/engine/registry-access.ts';

const pulls = ['ghcr.io/acme/frontend:1', 'node:24-slim'];
const explain = async (text: string) => (await explainBuilderPull(text, pulls))?.message;

it('a registry that refuses BuildKit is named with the image', async () => {
	const text =
		'failed to solve with frontend gateway.v0: pulling from host ghcr.io failed with status code [manifests 1]: 401 Unauthorized';
	expect(await explain(text)).toMatch(
		/^cannot pull image ghcr\.io\/acme\/frontend:1: registry ghcr\.io asks for credentials, and none are stored: failed/,
	);
	expect(await explain('docker.io/library/node:24-slim: not found')).toMatch(
		/^cannot pull image node:24-slim: registry docker\.io has no such image/,
	);
});

it('any other failure is none of a registry, whatever a command prints', async () => {
	expect(
		await explain('pulling from host quay.io failed with status code [manifests 1]: 401 Unauthorized'),
	).toBeUndefined();
	expect(
		await explain(
			'process "/bin/sh -c curl https://ghcr.io/v2/ # 401 Unauthorized" did not complete successfully: exit code: 22',
		),
	).toBeUndefined();
	expect(
		await explain('dockerfile parse error line 3: unknown instruction of ghcr.io/acme/frontend:1'),
	).toBeUndefined();
});
