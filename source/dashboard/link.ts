import type {Link} from '../ui/dashboard/data.ts';

type Named = {readonly address: string; readonly link: Link};

/**
 * The connection that the header shows: lost only if no engine answers. Of several engines, those that do not answer are
 * named beside the others.
 */
export function joinLinks(links: readonly Named[]): Link {
	const live = links.filter(({link}) => link.status === 'live');
	if (live.length === 0) return links.find(({link}) => link.status === 'lost')?.link ?? {status: 'connecting'};
	const names = links.flatMap(({address, link}) =>
		link.status === 'live' ? [link.engine] : link.status === 'lost' ? [`${address} does not answer`] : [],
	);
	return {status: 'live', engine: names.join(', ')};
}
