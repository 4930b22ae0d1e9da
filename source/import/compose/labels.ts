import type {Cursor} from '../cursor.ts';
import {withoutMarks} from '../interpolate.ts';
import {pairsOf} from './environment.ts';

/** The quoted texts in the calls of a rule: ``Host(`a`, `b`)``. */
const quotedIn = (rule: string, call: RegExp): string[] =>
	[...rule.matchAll(call)].flatMap(([, list]) =>
		[...list!.matchAll(/[`'"]([^`'"]+)[`'"]/g)].map(([, text]) => withoutMarks(text!)),
	);

const isHost = (text: string): boolean => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text);
const isPath = (text: string): boolean => /^\/[\w./~-]*$/.test(text);

/** A path as compartment.routes.yml writes it. */
const prefixOf = (path: string): string => `${path.replace(/\/+$/, '')}/*`;

/**
 * What a rule of Traefik means here. It is a hint only: which service has a host, and whether it asks for a password, is for the
 * user to decide, so no route is made of it.
 */
function adviceFor(service: Cursor, rule: string): string {
	const host = quotedIn(rule, /Host(?:SNI)?\(([^)]*)\)/g).find(isHost);
	const prefix = quotedIn(rule, /PathPrefix\(([^)]*)\)/g).find(isPath);
	const path = prefix === undefined ? quotedIn(rule, /Path\(([^)]*)\)/g).find(isPath) : prefixOf(prefix);
	const name = String(service.path.at(-1));
	const where = host === undefined ? 'that has the host' : `with domain: ${host}`;
	if (path !== undefined && path !== '/*')
		return `a rule of Traefik, of which import makes no route: write {on: SERVICE, path: ${path}, to: ${name}} in compartment.routes.yml, where SERVICE is the one ${where}`;
	return host === undefined
		? 'a rule of Traefik, of which import makes no route: hosts are written as domain, and paths in compartment.routes.yml'
		: `a rule of Traefik: for this host write kind: web, accessMode: public and domain: ${host}`;
}

/** Notes which hosts and paths the labels of Traefik name, and returns the port that they give the service. */
export function portInLabels(service: Cursor): number | undefined {
	let port: number | undefined;
	for (const labels of [service.get('labels'), service.get('deploy')?.get('labels')])
		for (const {name, value, cursor} of pairsOf(labels)) {
			if (/^traefik\.http\.services\..*\.loadbalancer\.server\.port$/i.test(name)) {
				const number = Number(value.text);
				if (Number.isInteger(number) && number > 0 && number < 65_536) port ??= number;
				cursor.carry();
			} else if (/^traefik\.http\.routers\..*\.rule$/i.test(name))
				cursor.note('missing', adviceFor(service, value.text));
			else if (/^traefik\./i.test(name)) cursor.note('omitted', 'is for Traefik; the router here needs no labels');
		}
	return port;
}
