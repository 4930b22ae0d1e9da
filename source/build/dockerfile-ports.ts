import {parseDockerfile} from './dockerfile.ts';
import {splitWords} from './dockerfile-words.ts';

/** `8080`, `8080/tcp` and the first of `8080-8090`; other protocols and variables are no TCP port that is known. */
const portIn = (word: string): number[] => {
	const match = /^(\d{1,5})(?:-\d{1,5})?(?:\/tcp)?$/i.exec(word);
	return match ? [Number(match[1])] : [];
};

/**
 * TCP ports that the image of a Dockerfile exposes, in the order of its EXPOSE lines. Stages that it does not build on do
 * not count, and what an image from outside exposes is unknown.
 */
export function listExposedPorts(dockerfile: string): number[] {
	const stages = new Map<string, number[]>();
	let current: number[] = [];
	for (const {keyword, rest} of parseDockerfile(dockerfile)) {
		const words = splitWords(rest);
		if (keyword === 'EXPOSE') current.push(...words.flatMap(portIn));
		if (keyword !== 'FROM') continue;
		current = [...(stages.get(words[0]?.toLowerCase() ?? '') ?? [])];
		if (words[1]?.toLowerCase() === 'as' && words[2]) stages.set(words[2].toLowerCase(), current);
	}
	return [...new Set(current)];
}
