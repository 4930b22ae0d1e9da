import type {ComposeService} from './translation.ts';

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const before = String.raw`(?<=^|//|[@,;\s(="'])`;

/** The port that other services name together with one of these hosts. */
export function portNamed(hosts: readonly string[], others: readonly ComposeService[]): number | undefined {
	const pattern = new RegExp(`${before}(?:${hosts.map(escaped).join('|')}):(\\d{1,5})(?!\\d)`, 'i');
	for (const {environment} of others)
		for (const {value} of environment) {
			const port = Number(pattern.exec(value.text)?.[1]);
			if (port >= 1 && port <= 65_535) return port;
		}
	return undefined;
}

/** A value with hosts that a service does not have here replaced by its name. */
export function renameHosts(value: string, services: readonly ComposeService[]): string {
	let text = value;
	for (const {name, hosts} of services)
		for (const host of hosts)
			if (host !== name && host.length > 2)
				text = text.replace(new RegExp(`(?<=//|@)${escaped(host)}(?=[:/?,]|$)|^${escaped(host)}(?=:\\d+$)`, 'g'), name);
	return text;
}
