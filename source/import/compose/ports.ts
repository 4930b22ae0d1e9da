import {isMap} from '../../descriptor/rules/raw.ts';
import type {Cursor} from '../cursor.ts';

/** A port of a container. */
export type Port = {readonly target: number; readonly isTcp: boolean; readonly cursor: Cursor};

const isPort = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= 65_535;

/** `8080`, `80:8080`, `127.0.0.1:80:8080/tcp`, `[::1]:80:8080`, `3000-3005:3000-3005/udp`. */
const short = /^(?:(?:.*:)?(?:\d+(?:-\d+)?)?:)?(\d+)(?:-(\d+))?(?:\/([a-z]+))?$/i;

function readShort(item: Cursor): readonly Port[] {
	const text = item.text();
	if (!text) return [];
	const [, first, last, protocol = 'tcp'] = short.exec(text) ?? [];
	const [from, to] = [Number(first), Number(last ?? first)];
	if (first === undefined || !isPort(from) || !isPort(to) || to < from) {
		item.note('missing', 'is no port of a container, such as 80:8080');
		return [];
	}
	if (to > from)
		item.note('changed', `of the ports ${from} to ${to} a service gets the first; other services reach all of them`);
	return [{target: from, isTcp: protocol.toLowerCase() === 'tcp', cursor: item}];
}

function readLong(item: Cursor): readonly Port[] {
	const target = Number(item.get('target')?.text());
	if (!isPort(target)) {
		item.note('missing', 'needs a target between 1 and 65535');
		return [];
	}
	item.carry();
	return [{target, isTcp: (item.get('protocol')?.text() ?? 'tcp') === 'tcp', cursor: item}];
}

/** The ports of `ports` or `expose`, in order. */
export const portsOf = (cursor: Cursor | undefined): readonly Port[] =>
	(cursor?.items() ?? []).flatMap(item => (isMap(item.value) ? readLong(item) : readShort(item)));

/** Ports of protocols that are not HTTP, which the router cannot publish. */
const otherProtocols = new Set([
	...[20, 21, 22, 23, 25, 53, 69, 110, 123, 143, 161, 389, 445, 465, 514, 587, 636, 853, 993, 995],
	...[1433, 1521, 1883, 2181, 3306, 3478, 5222, 5269, 5349, 5432, 5671, 5672, 6379, 8883, 9042, 9092, 11211, 27017],
]);

export const isHttpPort = ({target, isTcp}: Pick<Port, 'target' | 'isTcp'>): boolean =>
	isTcp && !otherProtocols.has(target);

/** The port that the router publishes, if one of these can be HTTP. All others are noted. */
export function publicPortOf(ports: readonly Port[], name: string): number | undefined {
	const chosen = ports.find(isHttpPort);
	for (const port of ports) {
		if (port === chosen) port.cursor.carry();
		else if (chosen?.target === port.target && port.isTcp)
			port.cursor.note('omitted', `publishes ${port.target} again`);
		else if (!isHttpPort(port))
			port.cursor.note('missing', `only HTTP is published; other services reach ${name}:${port.target} without it`);
		else
			port.cursor.note(
				'missing',
				`a service has one public port, here ${chosen?.target}; other services reach ${name}:${port.target}`,
			);
	}
	return chosen?.target;
}
