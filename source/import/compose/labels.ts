import type {Cursor} from '../cursor.ts';
import {withoutMarks} from '../interpolate.ts';
import {pairsOf} from './environment.ts';

/** Notes which hosts the labels of Traefik name, and returns the port that they give the service. */
export function portInLabels(service: Cursor): number | undefined {
	let port: number | undefined;
	for (const labels of [service.get('labels'), service.get('deploy')?.get('labels')])
		for (const {name, value, cursor} of pairsOf(labels)) {
			if (/^traefik\.http\.services\..*\.loadbalancer\.server\.port$/i.test(name)) {
				const number = Number(value.text);
				if (Number.isInteger(number) && number > 0 && number < 65_536) port ??= number;
				cursor.carry();
				continue;
			}
			if (!/^traefik\.http\.routers\..*\.rule$/i.test(name)) {
				if (/^traefik\./i.test(name)) cursor.note('omitted', 'is for Traefik; the router here needs no labels');
				continue;
			}
			const found = [...value.text.matchAll(/Host(?:SNI)?\(([^)]*)\)/g)]
				.flatMap(([, list]) => [...list!.matchAll(/[`'"]([^`'"]+)[`'"]/g)].map(([, host]) => withoutMarks(host!)))
				.filter(host => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(host));
			const [host] = found;
			cursor.note(
				'missing',
				host === undefined
					? 'a rule of Traefik: hosts are written as domain, and paths in compartment.routes.yml'
					: `a rule of Traefik: for this host write kind: web, accessMode: public and domain: ${host}`,
			);
		}
	return port;
}
