import {destinationOf, type SshTarget} from './ssh-target.ts';

/** Why an engine cannot be reached, and what to do about it. */
export type Explanation = {readonly cause: string; readonly hint: string};

/** The command line that connects to a host as Compartment does. */
const sshTo = (target: SshTarget): string =>
	['ssh', ...(target.port === undefined ? [] : ['-p', String(target.port)]), destinationOf(target)].join(' ');

const copyKeyTo = (target: SshTarget): string => sshTo(target).replace(/^ssh/, 'ssh-copy-id');

type Rule = {
	/** Matches the line that says why. */
	readonly line: RegExp;
	readonly hint: (target: SshTarget, lines: readonly string[]) => string;
};

/** ssh's own command to forget a host key, which it prints. */
const forgetKey = (lines: readonly string[]): string | undefined =>
	lines.map(line => /^\s*(ssh-keygen -f .+ -R .+)$/.exec(line)?.[1]).find(found => found !== undefined);

/** In the order of what says most. */
const rules: readonly Rule[] = [
	{
		line: /^Host key for .* has changed/,
		hint: (target, lines) =>
			`it may be another machine. If you know why its key has changed, forget the old one: \`${forgetKey(lines) ?? `ssh-keygen -R ${target.host}`}\``,
	},
	{
		line: /host key is known for|^Host key verification failed/,
		hint: target => `connect once in a terminal and compare its fingerprint: \`${sshTo(target)}\``,
	},
	{
		line: /Permission denied \(/,
		hint: target =>
			`give it your key: \`${copyKeyTo(target)}\`. In a terminal, ssh asks for a password or a passphrase when a command begins`,
	},
	{
		line: /Could not resolve hostname/,
		hint: target => `check the name ${target.host}; it may be a Host of ~/.ssh/config`,
	},
	{line: /Connection refused/, hint: target => `is sshd running on ${target.host}?`},
	{
		line: /timed out|No route to host|Network is unreachable|not responding/i,
		hint: target => `is ${target.host} up, and does its firewall let this machine in?`,
	},
];

/** Whether a line says why ssh ends, so that it is in the error. */
export const isReason = (line: string): boolean => rules.some(rule => rule.line.test(line.trim()));

/**
 * What ssh said when it ended.
 * @param lines its standard error
 */
export function explainEnd(lines: readonly string[], target: SshTarget): Explanation {
	const said = lines.map(line => line.trim()).filter(line => line !== '');
	for (const rule of rules) {
		const line = said.findLast(each => rule.line.test(each));
		if (line !== undefined) return {cause: `ssh: ${withoutName(line)}`, hint: rule.hint(target, lines)};
	}
	const last = said.at(-1);
	return {
		cause: last === undefined ? 'ssh ended without a message' : `ssh: ${withoutName(last)}`,
		hint: `does \`${sshTo(target)}\` work?`,
	};
}

const withoutName = (line: string): string => line.replace(/^ssh: /, '');

/** Prints what ssh says while it asks, without what could control the terminal. */
export const showWords = (line: string): void =>
	void process.stderr.write(`${line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '')}\n`);
