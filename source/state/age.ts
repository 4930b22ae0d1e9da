import {createHmac} from 'node:crypto';

// Given bytes, age-encryption collects its output with a `Response`, which loads undici: 40 ms for every command that
// reads or sets a sensitive value. Given a stream, it returns a stream.

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
	new ReadableStream({
		start(controller) {
			controller.enqueue(bytes);
			controller.close();
		},
	});

/** Takes the next chunk when it is wanted, so that memory does not grow with the content. */
function streamOfEach(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
	const chunks = content[Symbol.asyncIterator]();
	return new ReadableStream(
		{
			async pull(controller) {
				const {done, value} = await chunks.next();
				if (done) controller.close();
				else controller.enqueue(value);
			},
			async cancel() {
				await chunks.return?.();
			},
		},
		{highWaterMark: 0},
	);
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function createEncrypter(recipients: readonly string[]) {
	const {Encrypter} = await import('age-encryption');
	const encrypter = new Encrypter();
	for (const recipient of recipients) encrypter.addRecipient(recipient);
	return encrypter;
}

/** Encrypts a text for all recipients, `age1…`. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<Buffer> {
	return collect(await (await createEncrypter(recipients)).encrypt(streamOf(Buffer.from(text))));
}

/** Encrypts content of any length for all recipients, piece by piece. */
export async function encryptEach(
	content: AsyncIterable<Uint8Array>,
	recipients: readonly string[],
): Promise<AsyncIterable<Uint8Array>> {
	return (await createEncrypter(recipients)).encrypt(streamOfEach(content));
}

/** What the holder of secret keys can do. */
export type OpenKeys = {
	/** Public key of the first secret key. */
	readonly recipient: string;
	/** Decrypts a text that was encrypted for any of the keys. */
	readonly decrypt: (ciphertext: Uint8Array) => Promise<string>;
	/** Decrypts content of any length, piece by piece. The end fails if something is missing. */
	readonly decryptEach: (ciphertext: AsyncIterable<Uint8Array>) => Promise<AsyncIterable<Uint8Array>>;
	/** 32 bytes for one purpose, that only the first secret key gives. */
	readonly derive: (purpose: string) => Buffer;
};

/** Opens secret keys. */
export async function openKeys(secrets: readonly string[]): Promise<OpenKeys> {
	const {Decrypter, identityToRecipient} = await import('age-encryption');
	const decrypter = new Decrypter();
	for (const secret of secrets) decrypter.addIdentity(secret);
	const recipient = await identityToRecipient(secrets[0] ?? '');
	return {
		recipient,
		decrypt: async ciphertext => (await collect(await decrypter.decrypt(streamOf(ciphertext)))).toString(),
		decryptEach: ciphertext => decrypter.decrypt(streamOfEach(ciphertext)),
		derive: purpose =>
			createHmac('sha256', secrets[0] ?? '')
				.update(purpose)
				.digest(),
	};
}
