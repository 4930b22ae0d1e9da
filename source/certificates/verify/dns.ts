import type {CaaRecord} from 'node:dns';
import {Resolver} from 'node:dns/promises';
import {UserError} from '../../errors.ts';
import {answerMs} from './findings.ts';

/** What DNS says of a host. */
export type DnsAnswer = {
	readonly a: readonly string[];
	readonly aaaa: readonly string[];
	/** The names that it is an alias of, in order. */
	readonly aliases: readonly string[];
	/** Why an address is missing: `ENOTFOUND`: there is no such name. `ENODATA`: it has none. Else DNS failed. */
	readonly problems: {readonly a: string | null; readonly aaaa: string | null};
};

/** The records that say which authorities may issue for a host: its own, else those of the nearest name above. */
export type CaaAnswer = {
	/** The name that has them; null if none has. */
	readonly name: string | null;
	readonly records: readonly CaaRecord[];
	/** Why they are not known: the name that DNS failed for, and how. */
	readonly problem: {readonly name: string; readonly code: string} | null;
};

export type DnsQuestions = {
	readonly askAddresses: (host: string) => Promise<DnsAnswer>;
	readonly askCaa: (host: string) => Promise<CaaAnswer>;
	/** Cancels questions that nobody waits for any more. */
	readonly close: () => void;
};

type Listed<Value> = {readonly values: readonly Value[]; readonly problem: string | null};

async function list<Value>(answer: Promise<readonly Value[]>): Promise<Listed<Value>> {
	// Not a pause: tests shorten pauses, but not what waits for another program.
	let timer: NodeJS.Timeout | undefined;
	const limit = new Promise<Listed<Value>>(resolve => {
		timer = setTimeout(resolve, answerMs, {values: [], problem: 'ETIMEOUT'});
	});
	const listed = answer.then(
		values => ({values, problem: null}),
		(error: NodeJS.ErrnoException) => ({values: [], problem: error.code ?? error.message}),
	);
	try {
		return await Promise.race([listed, limit]);
	} finally {
		clearTimeout(timer);
	}
}

/** Whether DNS answered that there is nothing. */
export const isAbsence = (code: string | null): boolean => code === 'ENOTFOUND' || code === 'ENODATA';

// An authority follows no longer chain either.
const longestChain = 8;

/**
 * Asks DNS as an authority does, without the hosts file of this machine.
 * @param server `IP` or `IP:PORT`; default: the servers of the system
 * @throws UserError if that is no address
 */
export function openDns(server: string | undefined): DnsQuestions {
	const resolver = new Resolver({timeout: 1500, tries: 2});
	try {
		if (server !== undefined) resolver.setServers([server]);
	} catch {
		throw new UserError(`${JSON.stringify(server)} is not the address of a DNS server.`, {
			hint: 'Write it as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53.',
		});
	}

	async function askAliases(host: string): Promise<string[]> {
		const aliases: string[] = [];
		while (aliases.length < longestChain) {
			const {values}: Listed<string> = await list(resolver.resolveCname(aliases.at(-1) ?? host));
			const [next] = values;
			if (next === undefined || next === host || aliases.includes(next)) break;
			aliases.push(next);
		}
		return aliases;
	}

	return {
		async askAddresses(host) {
			const [a, aaaa, aliases] = await Promise.all([
				list(resolver.resolve4(host)),
				list(resolver.resolve6(host)),
				askAliases(host),
			]);
			return {a: a.values, aaaa: aaaa.values, aliases, problems: {a: a.problem, aaaa: aaaa.problem}};
		},
		async askCaa(host) {
			const labels = host.replace(/^\*\./, '').split('.');
			const names = labels.map((_, index) => labels.slice(index).join('.'));
			const answers = await Promise.all(names.map(name => list<CaaRecord>(resolver.resolveCaa(name))));
			for (const [index, {values, problem}] of answers.entries()) {
				const name = names[index]!;
				if (values.length > 0) return {name, records: values, problem: null};
				// Servers for one domain need not know the name above all.
				const isTop = index === names.length - 1;
				if (problem !== null && !isAbsence(problem) && !isTop)
					return {name: null, records: [], problem: {name, code: problem}};
			}
			return {name: null, records: [], problem: null};
		},
		close: () => resolver.cancel(),
	};
}
