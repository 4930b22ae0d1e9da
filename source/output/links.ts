// A URL as far as its characters leave no doubt, and what a cut one ends with.
const url = /https?:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]+(…|\.\.\.)?/g;
const punctuation = /[.,:;!?'")\]]+$/;

/**
 * Makes links (OSC 8) of the URLs in a sanitised text. A link leads to what it shows, so foreign text may have them; a URL that was cut is
 * none.
 */
export const linkUrls = (text: string): string =>
	text.replace(url, (found: string, cut: string | undefined) => {
		if (cut !== undefined || found.endsWith('...')) return found;
		const target = found.replace(punctuation, '');
		return `\u001B]8;;${target}\u001B\\${target}\u001B]8;;\u001B\\${found.slice(target.length)}`;
	});
