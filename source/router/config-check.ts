import type {CompiledBackend, CompiledTable} from './compile.ts';
import {quote} from './quote.ts';
import {toRequestPath} from './request-path.ts';
import {checkName, slots} from './safe-names.ts';
import {type HealthCheck, nowhere} from './table.ts';

/** The longest timeout of one try, in milliseconds; the same as for a readiness probe. */
const longestTryMs = 5000;

/** Failed tries in a row after which a server counts as down. */
const fall = 3;

/** Seconds between tries while it is down. */
export const downSeconds = 2;

/**
 * A second backend with the same servers, for checks only. Servers that take requests are not checked, because one late
 * response would take the service offline. Checks are infrequent while they pass, to spare the service's log, and run
 * every second after a failure. HAProxy sends one request and follows no redirects.
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

// The Host header is the same as a readiness probe's: the slot's address and port.
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
