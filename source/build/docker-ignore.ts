import dockerignore from '@balena/dockerignore';
import {messageOf, UserError} from '../errors.ts';

/** The rules of a .dockerignore file, for paths relative to the context root. */
export type DockerignoreRules = {
	readonly isIgnored: (path: string) => boolean;
	/** Whether a negated rule can re-include something inside this ignored folder. */
	readonly mayReinclude: (directory: string) => boolean;
};

/** The part of a pattern before its first wildcard. */
const literalStart = (pattern: string): string => pattern.slice(0, pattern.search(/[*?[\\]|$/));

/** Parses a .dockerignore file. `name` is the file's name for error messages. */
export function parseDockerignore(text: string, name: string): DockerignoreRules {
	const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
	const matcher = dockerignore({ignorecase: false}).add(lines);
	const negations = lines
		.map(line => line.trim())
		.filter(line => line.startsWith('!'))
		.map(line => literalStart(line.slice(1).trim().replace(/^\/+/, '')));
	const isIgnored = (path: string) => {
		try {
			return matcher.ignores(path);
		} catch (error) {
			throw new UserError(`invalid pattern in ${name}: ${messageOf(error)}`);
		}
	};
	const mayReinclude = (directory: string) =>
		negations.some(start => `${directory}/`.startsWith(start) || start.startsWith(`${directory}/`));
	return {isIgnored, mayReinclude};
}
