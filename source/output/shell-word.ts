import {sanitiseLine} from './sanitise.ts';

/** A text as one word of a command line that can be copied: quoted when a shell would split or expand it. */
export const shellWord = (text: string): string => {
	const clean = sanitiseLine(text);
	return /^[\w.:/@%+=-]+$/.test(clean) ? clean : `'${clean.replaceAll("'", "'\\''")}'`;
};
