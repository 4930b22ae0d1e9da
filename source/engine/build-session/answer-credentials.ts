import type {ServerHttp2Stream} from 'node:http2';
import {hostOf} from '../../registries/registry-name.ts';
import {readFields} from '../protobuf.ts';
import {writeMessage} from '../protobuf-writer.ts';
import {createFrameReader, frameOf} from './grpc.ts';

/** BuildKit names Docker Hub by the machine that it talks to. */
const hubMachine = 'registry-1.docker.io';

/** The host that BuildKit asks for (moby/buildkit, session/auth/auth.proto: CredentialsRequest). */
function readHost(message: Buffer): string {
	for (const field of readFields(message))
		if (field.type === 'bytes' && field.number === 1) {
			const host = field.value.toString();
			return host === hubMachine ? 'docker.io' : hostOf(host);
		}
	return '';
}

/**
 * Answers a question for credentials: with those of docker's configuration for a host that the build pulls from, else with none,
 * because the engine might ask for any.
 */
export async function answerCredentials(stream: ServerHttp2Stream, hosts: readonly string[]): Promise<void> {
	const read = createFrameReader();
	let host = '';
	const chunks: AsyncIterable<Buffer> = stream.iterator({destroyOnReturn: false});
	for await (const chunk of chunks) for (const message of read(chunk)) host = readHost(message);
	let answer = {};
	if (hosts.includes(host)) {
		const {findCredentials} = await import('../../registries/find-credentials.ts');
		const {username = '', password, identityToken} = (await findCredentials(host)).credentials ?? {};
		// A token goes without a user.
		answer = identityToken === undefined ? {1: username, 2: password} : {2: identityToken};
	}
	stream.respond({':status': 200, 'content-type': 'application/grpc'}, {waitForTrailers: true});
	stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
	stream.end(frameOf(writeMessage(answer)));
}
