/**
 * The whole text of an answer that should be short.
 * @throws Error beyond `limitMb` megabytes, for another server decides how much it sends
 */
export async function boundedText(answer: AsyncIterable<unknown>, limitMb: number): Promise<string> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of answer as AsyncIterable<Buffer>) {
		length += chunk.length;
		if (length > limitMb * 1024 * 1024) throw new Error(`its answer is larger than ${limitMb} MB`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString();
}
