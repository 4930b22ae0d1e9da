import type {Cursor} from '../cursor.ts';
import {withoutMarks} from '../interpolate.ts';
import {holdsSecretFlag} from '../sensitive.ts';
import {joinWords, splitWords} from '../shell-words.ts';
import {usesSecret} from './environment.ts';

/** The words of a `command` or `entrypoint`; undefined when it was noted instead, because it holds a secret. */
export function wordsOf(cursor: Cursor | undefined): readonly string[] | undefined {
	if (!cursor) return undefined;
	const parts = Array.isArray(cursor.value) ? cursor.items().map(item => item.scalar()) : [cursor.scalar()];
	const texts = parts.map(part => part?.text ?? '');
	const words = Array.isArray(cursor.value) ? texts : splitWords(texts[0] ?? '');
	if (parts.some(part => part !== undefined && usesSecret(part)) || holdsSecretFlag(words)) {
		cursor.note(
			'missing',
			'holds a secret, which does not belong into a command: let the program read it from a variable',
		);
		return undefined;
	}
	const unset = parts.flatMap(part => part?.unset ?? []);
	if (unset.length > 0)
		cursor.note('changed', `${unset.join(', ')} has no value here; set it in .env beside the file and import again`);
	return words.map(withoutMarks);
}

/** How a service is started; undefined when its image decides. */
export function runCommandOf(service: Cursor, isBuilt: boolean): string | undefined {
	const [entrypoint, command] = [service.get('entrypoint'), service.get('command')];
	if (isBuilt) {
		entrypoint?.note(
			'missing',
			'a service that is built from a Dockerfile starts as that says: write ENTRYPOINT there',
		);
		command?.note('missing', 'a service that is built from a Dockerfile starts as that says: write CMD there');
		return undefined;
	}
	const [first, second] = [wordsOf(entrypoint), wordsOf(command)];
	// Half of a command line is no command line.
	if ((entrypoint && !first) || (command && !second)) {
		if (first) entrypoint?.note('missing', 'was left out together with command');
		if (second) command?.note('missing', 'was left out together with entrypoint');
		return undefined;
	}
	const words = [...(first ?? []), ...(second ?? [])];
	if (words.length === 0) return undefined;
	if (!entrypoint && words[0]?.startsWith('-')) {
		const advice =
			'are arguments for the entrypoint of the image, which run.command replaces: write its program and these';
		command?.note('missing', advice);
		return undefined;
	}
	entrypoint?.carry();
	if (entrypoint) command?.carry();
	else
		command?.note(
			'changed',
			'run.command also replaces the entrypoint of the image: write its program first if it has one',
		);
	return joinWords(words);
}
