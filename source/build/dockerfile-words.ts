/** Values of the variables that a Dockerfile can use in FROM lines. */
export type DockerfileArgs = Readonly<Record<string, string>>;

/**
 * Expands `$name`, `${name}`, `${name:-default}` and `${name:+alternative}` (also without the colon) and removes quotes.
 * As in Docker, a variable without a value is empty.
 */
export function expandWord(word: string, args: DockerfileArgs): string {
	const lookUp = (name: string) => (Object.hasOwn(args, name) ? args[name]! : undefined);
	const pattern = /\\(.)|\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?:(:?)([-+])((?:[^{}]|\$\{[^{}]*\})*))?\}|(["'])/g;
	return word.replace(pattern, (_all, escaped, plain, name, colon, operator, other) => {
		if (escaped !== undefined) return escaped;
		if (plain !== undefined) return lookUp(plain) ?? '';
		if (name === undefined) return '';
		const value = lookUp(name);
		const isSet = colon ? Boolean(value) : value !== undefined;
		if (operator === '-') return isSet ? value! : expandWord(other, args);
		if (operator === '+') return isSet ? expandWord(other, args) : '';
		return value ?? '';
	});
}

/** Splits at whitespace outside quotes and braces. */
export const splitWords = (text: string): string[] =>
	text.match(/(?:"(?:\\.|[^"])*"|'[^']*'|\$\{[^}]*\}|\\.|[^\s"'])+/g) ?? [];
