/** Values of variables a Dockerfile may use in FROM lines. */
export type DockerfileArgs = Readonly<Record<string, string>>;

/**
 * Replaces `$name`, `${name}`, `${name:-default}` and `${name:+alternative}` (also without the colon) and takes
 * quotes off. A variable without a value is empty, as for Docker.
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

/** Splits at white space outside quotes and braces. */
export const splitWords = (text: string): string[] =>
	text.match(/(?:"(?:\\.|[^"])*"|'[^']*'|\$\{[^}]*\}|\\.|[^\s"'])+/g) ?? [];
