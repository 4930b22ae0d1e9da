// Given bytes, age-encryption collects its output with a `Response`, which loads undici: 40 ms for every command that
// reads or sets a sensitive value. Given a stream, it returns a stream.

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
	new ReadableStream({
		start(controller) {
			controller.enqueue(bytes);
			controller.close();
		},
	});

async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** Encrypts a text for all recipients, `age1…`. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<Buffer> {
	const {Encrypter} = await import('age-encryption');
	const encrypter = new Encrypter();
	for (const recipient of recipients) encrypter.addRecipient(recipient);
	return collect(await encrypter.encrypt(streamOf(Buffer.from(text))));
}

/** Public key of the first secret key, and a function that decrypts texts encrypted for any of the keys. */
export async function openKeys(
	secrets: readonly string[],
): Promise<{readonly recipient: string; readonly decrypt: (ciphertext: Uint8Array) => Promise<string>}> {
	const {Decrypter, identityToRecipient} = await import('age-encryption');
	const decrypter = new Decrypter();
	for (const secret of secrets) decrypter.addIdentity(secret);
	const recipient = await identityToRecipient(secrets[0] ?? '');
	return {
		recipient,
		decrypt: async ciphertext => (await collect(await decrypter.decrypt(streamOf(ciphertext)))).toString(),
	};
}
