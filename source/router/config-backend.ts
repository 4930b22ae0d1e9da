import {command, hint} from '../hint.ts';
import {renderHint} from '../render-hint.ts';
import type {CompiledBackend, CompiledRule, CompiledTable} from './compile.ts';
import {aclLines, quote, quoteFormat} from './quote.ts';
import {slots, titleOf} from './safe-names.ts';
import {accessHashes, nowhere, type RouteTable} from './table.ts';

/** The backend of one service: access password, path rewriting, and its two servers. */
export function renderBackend({table, rules}: CompiledTable, compiled: CompiledBackend): string[] {
	const {name, backend} = compiled;
	const own = rules.filter(rule => rule.target === name);
	const title = titleOf(table);
	return [
		`backend ${name}`,
		`\thttp-error status 503 content-type text/plain string "Service ${backend.service} of ${title} does not answer.\\n"`,
		'\thttp-request set-timeout server 1h if { req.hdr(accept) -m sub text/event-stream }',
		...renderGate(compiled, own, table),
		...own.flatMap(renderTransform),
		...slots.map(slot => {
			const {address, port} = backend.slots[slot] ?? nowhere;
			return `\tserver ${slot} ${address}:${port}${backend.active === slot ? '' : ' disabled'}`;
		}),
	];
}

/** Asks for the access password and removes its header. Without a password, nobody can sign in. */
function renderGate({isPasswordNeeded}: CompiledBackend, rules: readonly CompiledRule[], table: RouteTable): string[] {
	const hashes = accessHashes(table);
	const canSignIn = hashes.length > 0;
	const guarded = rules.filter(rule => rule.isPasswordNeeded).map(routeId);
	const header = `Basic realm="${titleOf(table)}", charset="UTF-8"`;
	const text = renderHint(hint`This service asks for the access password: ${command('access show')}`, table);
	const refuse = `\thttp-request return status 401 content-type text/plain hdr WWW-Authenticate ${quote(header)} string ${quote(text)}"\\n"`;
	const conditions = [...(isPasswordNeeded ? [] : ['is_guarded']), ...(canSignIn ? ['!is_signed_in'] : [])];
	const condition = conditions.length > 0 ? ` if ${conditions.join(' ')}` : '';
	return [
		...aclLines('is_signed_in', 'req.fhdr(authorization),sha2(256),hex,lower', hashes),
		...(isPasswordNeeded ? [] : aclLines('is_guarded', 'var(txn.route)', guarded)),
		...(isPasswordNeeded || guarded.length > 0 ? [refuse + condition] : []),
		...(canSignIn ? ['\thttp-request del-header authorization if is_signed_in'] : []),
	];
}

function renderTransform(rule: CompiledRule): string[] {
	const {transform, strippedPrefix} = rule;
	const isRule = `{ var(txn.route) -m str -- ${routeId(rule)} }`;
	const lines =
		strippedPrefix === undefined
			? []
			: [`\thttp-request set-header X-Forwarded-Prefix ${quoteFormat(strippedPrefix)} if ${isRule}`];
	if (transform.type === 'fixed')
		return [...lines, `\thttp-request set-path ${quoteFormat(transform.path)} if ${isRule}`];
	if (transform.type === 'none') return lines;
	const {prefix, bare, base} = transform;
	// `txn.path` is the original path; `path` may have been changed by the line before.
	const rest = `${quoteFormat(base)}%[var(txn.path),bytes(${prefix.length})]`;
	if (prefix === '') return [...lines, `\thttp-request set-path ${rest} if ${isRule}`];
	const isBare = `{ var(txn.path) -m str -- ${quote(prefix)} }`;
	return [
		...lines,
		`\thttp-request set-path ${quoteFormat(bare)} if ${isRule} ${isBare}`,
		`\thttp-request set-path ${rest} if ${isRule} !${isBare}`,
	];
}

const routeId = ({target, index}: CompiledRule): string => `${target}/${index}`;
