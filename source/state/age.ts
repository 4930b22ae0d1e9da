// Given bytes, the library collects what it made with a `Response`, which starts all of undici: 40 ms of every command
// that reads or sets a sensitive value. Given a stream it returns one.

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

/** Encrypts a text for every recipient, `age1…`. */
export async function encryptText(text: string, recipients: readonly string[]): Promise<Buffer> {
	const {Encrypter} = await import('age-encryption');
	const encrypter = new Encrypter();
	for (const recipient of recipients) encrypter.addRecipient(recipient);
	return collect(await encrypter.encrypt(streamOf(Buffer.from(text))));
}

/** The public half of a secret key, and what reads texts that were encrypted for one of several keys. */
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
