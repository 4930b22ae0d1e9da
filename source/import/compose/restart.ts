import type {Raw} from '../../descriptor/rules/raw.ts';
import type {Cursor} from '../cursor.ts';

const policies: Readonly<Record<string, string>> = {
	no: 'no',
	false: 'no',
	none: 'no',
	always: 'unless-stopped',
	any: 'unless-stopped',
	'unless-stopped': 'unless-stopped',
	'on-failure': 'on-failure',
};

const retriesOf = (text: string | undefined): Raw =>
	text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? {maxRetries: Number(text)} : {};

/** The restart policy of a service, from `restart`, else from `deploy.restart_policy`; undefined for the default. */
export function restartOf(service: Cursor): Raw | undefined {
	const restart = service.get('restart');
	const deploy = service.get('deploy')?.get('restart_policy');
	const [word = '', retries] = (restart?.text() ?? '').split(':');
	const own = Object.hasOwn(policies, word) ? policies[word] : undefined;
	if (restart && own !== undefined) restart.carry();
	else if (restart && word !== '') restart.note('missing', 'is no restart policy: no, on-failure or unless-stopped');
	else restart?.carry();
	const condition = deploy?.get('condition')?.text();
	const given = condition !== undefined && Object.hasOwn(policies, condition) ? policies[condition] : undefined;
	if (given !== undefined) deploy?.get('condition')?.carry();
	const policy = own ?? given;
	if (policy === undefined) return undefined;
	const attempts = deploy?.get('max_attempts');
	if (policy !== 'on-failure') return {policy};
	if (attempts) attempts.carry();
	return {policy, ...retriesOf(retries ?? attempts?.text())};
}
