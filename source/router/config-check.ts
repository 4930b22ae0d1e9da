import type {CompiledBackend, CompiledTable} from './compile.ts';
import {quote} from './quote.ts';
import {toRequestPath} from './request-path.ts';
import {checkName, slots} from './safe-names.ts';
import {type HealthCheck, nowhere} from './table.ts';

/** Milliseconds that one try may take: as long as one of a readiness probe. */
const longestTryMs = 5000;

/** Tries that fail in a row until a server counts as down. */
export const fall = 3;

/** Seconds between two tries while it is down. */
export const downSeconds = 2;

/**
 * A second backend with the same servers that is only checked: a server that takes requests must not be, or one answer
 * that comes late would take the service away from its visitors. Asked seldom while all is well, for the sake of the
 * service's log, and every second once a try has failed. HAProxy sends one request and follows no redirect.
 */
export function renderCheck({table}: CompiledTable, {backend}: CompiledBackend): string[] {
	const {service, check, active} = backend;
	if (!check) return [];
	return [
		`backend ${checkName(table.lineage, service)}`,
		...renderQuestion(check),
		`\tdefault-server check inter 5s fastinter 1s downinter ${downSeconds}s fall ${fall} rise 1`,
		...slots.map(slot => {
			const {address, port} = backend.slots[slot] ?? nowhere;
			return `\tserver ${slot} ${address}:${port}${active === slot ? '' : ' disabled'}`;
		}),
	];
}

// The Host header is what a readiness probe sends: address and port, whichever slot it is.
function renderQuestion(check: HealthCheck): string[] {
	if (check.type === 'tcp') return [`\ttimeout check ${longestTryMs}ms`];
	const uri = quote(toRequestPath(check.path));
	return [
		'\toption httpchk',
		`\thttp-check send meth GET uri ${uri} ver HTTP/1.1 hdr Host %[bc_dst]:%[bc_dst_port] hdr User-Agent compartment hdr Accept */*`,
		'\thttp-check expect rstatus ^2',
		`\ttimeout check ${Math.max(1, Math.min(longestTryMs, Math.ceil(check.timeoutMs)))}ms`,
	];
}
