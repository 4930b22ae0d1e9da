import {readFileSync} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import {request} from 'node:https';
import {messageOf} from '../../errors.ts';
import type {AcmeSettings} from '../../settings/acme.ts';
import {answerMs} from './findings.ts';

/** How an authority calls itself in CAA records, or why that is not known. */
export type DirectoryAnswer = {readonly identities: readonly string[]} | {readonly problem: string};

const longestDirectory = 100_000;

const open = (url: string, ca: Buffer | undefined): Promise<IncomingMessage> =>
	new Promise((resolve, reject) => {
		request(url, {...(ca ? {ca} : {}), agent: false, signal: AbortSignal.timeout(answerMs)})
			.once('response', resolve)
			.once('error', reject)
			.end();
	});

async function readText(response: IncomingMessage): Promise<string> {
	let text = '';
	response.setEncoding('utf8');
	for await (const part of response as AsyncIterable<string>) {
		text += part;
		if (text.length > longestDirectory) throw new Error('the answer is too long');
	}
	return text;
}

/** The names that a directory has for CAA records (RFC 8555, 7.1.1); empty if it has none. */
export function identitiesIn(text: string): readonly string[] {
	const directory = JSON.parse(text) as {readonly meta?: {readonly caaIdentities?: unknown}} | null;
	const identities = directory?.meta?.caaIdentities;
	return Array.isArray(identities) ? identities.filter(each => typeof each === 'string') : [];
}

/** Asks the directory of an ACME authority for its names. */
export async function askDirectory({
	directory,
	caFile,
}: Pick<AcmeSettings, 'directory' | 'caFile'>): Promise<DirectoryAnswer> {
	try {
		const response = await open(directory, caFile === '' ? undefined : readFileSync(caFile));
		const text = await readText(response);
		if (response.statusCode !== 200) return {problem: `status ${response.statusCode}`};
		return {identities: identitiesIn(text)};
	} catch (error) {
		const isLate = error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name);
		return {problem: isLate ? `no answer within ${answerMs / 1000} s` : messageOf(error)};
	}
}
