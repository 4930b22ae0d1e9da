import {holdsSecretQuery, isSensitiveName} from '../sensitive.ts';
import type {Connected, Credential, ResourceDraft} from './draft.ts';

/**
 * What a value says about resources: nothing; one output; or `mixed`, when it needs more than one resource, or credentials that
 * are not those of the resource.
 */
export type Derived =
	| {readonly kind: 'none'}
	| ({readonly kind: 'output'} & Connected)
	| {readonly kind: 'mixed'; readonly resources: readonly string[]};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names of variables whose whole value is a host. */
const hostName = /HOST|ADDR|SERVER|URL|URI|ENDPOINT|DSN|BROKER|CONN|NODE|DOMAIN/i;

/** Where a host can stand: in a URL, before a port, or after a word such as `host=`. */
const hostPattern = (hosts: readonly string[]): RegExp => {
	const host = `(?:${hosts.map(escaped).join('|')})`;
	return new RegExp(
		[
			`(?<=//|@)${host}(?=[:/?,)\\s]|$)`,
			`(?<=^|[,;\\s(=])${host}(?=:\\d)`,
			`(?<=(?:host|hostname|server|data source|addr|address)=)${host}(?=[;,\\s&]|$)`,
		].join('|'),
		'gi',
	);
};

const decoded = (text: string): string => {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
};

const placeholder = ({key}: Credential): string => `\${env.${key}}`;

const sameAs =
	(text: string) =>
	({value}: Credential): boolean =>
		value !== '' && (value === text || value === decoded(text));

/** The value with host and credentials replaced by placeholders; undefined when it holds other credentials. */
function templateFor(value: string, draft: ResourceDraft, isBareHost: boolean): string | undefined {
	const {passwords, user, database, hosts} = draft;
	if (isBareHost) return '${resource.host}';
	// What is a placeholder there must not come from the file.
	if (value.includes('${')) return undefined;
	let isForeign = false;
	// A password may hold any character, also those that end it in a URL.
	const ready = passwords.reduce(
		(text, password) =>
			password.value === '' ? text : text.replaceAll(`:${password.value}@`, `:${placeholder(password)}@`),
		value,
	);
	const own = (password: string): string => {
		if (passwords.some(credential => placeholder(credential) === password)) return password;
		const found = passwords.find(sameAs(password));
		if (!found) isForeign = true;
		return found ? placeholder(found) : password;
	};
	const template = ready
		.replace(/(:\/\/)([^:@/\s]*)(?::([^@]*))?@/g, (_, start: string, name: string, password?: string) => {
			const shown = user && sameAs(name)(user) ? placeholder(user) : name;
			return `${start}${shown}${password === undefined ? '' : `:${password === '' ? '' : own(password)}`}@`;
		})
		.replace(
			/((?:^|[;\s?&])(?:password|pwd)=)([^;&\s]+)/gi,
			(_, start: string, password: string) => start + own(password),
		)
		.replace(hostPattern(hosts), '${resource.host}')
		.replace(/(?<=\$\{resource\.host\}(?::\d+)?\/)([^/?;\s]+)(?=$|\?)/, name =>
			database && sameAs(name)(database) && (/\ue000/.test(name) || draft.family.preset) ? placeholder(database) : name,
		);
	if (isForeign || holdsSecretQuery(template)) return undefined;
	// Elsewhere in the text, such as `user=`.
	return [user, database].reduce(
		(text, credential) =>
			credential && /\ue000/.test(credential.value) ? text.replaceAll(credential.value, placeholder(credential)) : text,
		template,
	);
}

const isHostIn = (name: string, value: string, {hosts}: ResourceDraft): {isBare: boolean} | undefined => {
	if (hosts.some(host => host.toLowerCase() === value.toLowerCase()))
		return hostName.test(name) ? {isBare: true} : undefined;
	return hostPattern(hosts).test(value) ? {isBare: false} : undefined;
};

/** A password, user or database that repeats that of a resource. */
function repeated(name: string, value: string, drafts: readonly ResourceDraft[], used: ReadonlySet<string>): Derived {
	const isUnknown = /\ue000/.test(value);
	const fits = (draft: ResourceDraft): Credential | undefined => {
		const {passwords, user, database, family} = draft;
		const isAbout = family.words.test(name) || /(?:^|_)(?:DB|DATABASE|SQL)/i.test(name) || name.startsWith('PG');
		if (isSensitiveName(name) && (isUnknown || isAbout)) return passwords.find(sameAs(value));
		// A known name is written as it is; one without a value is whatever the resource has.
		return isUnknown
			? [user, database].find(credential => credential !== undefined && sameAs(value)(credential))
			: undefined;
	};
	const narrow = (found: readonly ResourceDraft[], test: (draft: ResourceDraft) => boolean) =>
		found.length > 1 && found.some(test) ? found.filter(test) : found;
	const all = drafts.filter(draft => fits(draft) !== undefined);
	const [draft, ...more] = narrow(
		narrow(all, ({name: own}) => used.has(own)),
		({family}) => family.words.test(name),
	);
	if (!draft || more.length > 0) return {kind: 'none'};
	return {kind: 'output', draft, template: placeholder(fits(draft)!)};
}

/** Names of the resources whose hosts a service's variables name. */
export const usedBy = (
	values: readonly (readonly [name: string, value: string])[],
	drafts: readonly ResourceDraft[],
): ReadonlySet<string> =>
	new Set(drafts.filter(draft => values.some(([name, value]) => isHostIn(name, value, draft))).map(({name}) => name));

/**
 * What a variable of a service takes from the resources.
 * @param value its text, in which variables without a value are marked
 * @param used names of the resources that the service uses anyway
 */
export function derive(
	name: string,
	value: string,
	drafts: readonly ResourceDraft[],
	used: ReadonlySet<string>,
): Derived {
	const named = drafts.flatMap(draft => {
		const found = isHostIn(name, value, draft);
		return found ? [{draft, ...found}] : [];
	});
	const [first, ...others] = named;
	if (!first) return repeated(name, value, drafts, used);
	const template = others.length > 0 ? undefined : templateFor(value, first.draft, first.isBare);
	// Whatever else such a value holds may be the secret.
	const isSecret = isSensitiveName(name) && !/DSN|URL|URI|CONN/i.test(name);
	const isPlain = template !== undefined && /^\$\{[\w.]+\}$/.test(template);
	if (template === undefined || (isSecret && !isPlain) || /\ue000/.test(template))
		return {kind: 'mixed', resources: named.map(({draft}) => draft.name)};
	return {kind: 'output', draft: first.draft, template};
}
