import {command, hint} from '../../hint.ts';
import {unmark} from '../interpolate.ts';
import type {Credential, ResourceDraft} from '../resources/draft.ts';
import {type Family, isOfficial, tagOf} from '../resources/families.ts';
import {isSensitive} from '../sensitive.ts';
import {wordsOf} from './command.ts';
import type {Entry} from './environment.ts';
import {usesSecret} from './environment.ts';
import {handleOf, isMountPath, mountsOf, noteMount} from './mounts.ts';
import {portsOf} from './ports.ts';
import {restartOf} from './restart.ts';
import {mountedFiles} from './secret-files.ts';
import type {ComposeService, Translation} from './translation.ts';

/** A resource before the services that use it are read. */
export type StatefulService = ComposeService & {readonly family: Family; readonly image: string};

/** The image of MariaDB also reads the names of MySQL; those of the preset are its own. */
const ownKey = (name: string, {family, image}: StatefulService): string =>
	family.name === 'mariadb' && isOfficial(image, 'mariadb') ? name.replace(/^MYSQL_/, 'MARIADB_') : name;

const isVariable = (name: string): boolean => /^(?!COMPARTMENT_)[A-Za-z_][A-Za-z0-9_]*$/.test(name);

type Sorted = {
	readonly env: Record<string, string>;
	readonly passwords: Credential[];
	user?: Credential;
	database?: Credential;
};

const isUnknown = ({text}: Entry['value']): boolean => text.includes('\ue000');

/** Sorts the variables: passwords are generated, other secrets are to be set, the rest is plain. */
function sortVariables(
	service: StatefulService,
	{variables}: Translation,
	secrets: ReadonlyMap<string, string>,
): Sorted {
	const {family, environment, name: resource} = service;
	const {user = [], password = [], database = [], others = []} = family.keys;
	const sorted: Sorted = {env: {}, passwords: []};
	for (const {name, value, cursor} of environment) {
		const key = ownKey(name, service);
		// PostgreSQL and others read `NAME_FILE` from a secret: the variable itself is generated.
		const plainName = name.replace(/_FILE$/, '');
		const ownName = ownKey(plainName, service);
		const isPassword = [...password, ...others].includes(plainName);
		if (isPassword && (name === plainName ? value.text !== '' : secrets.has(value.text))) {
			sorted.passwords.push({key: ownName, value: secrets.get(value.text) ?? value.text});
			cursor.note(
				'changed',
				hint`a new ${ownName} is generated; for data that exists: ${command('variable set', ownName, '--resource', resource, '--sensitive')}`,
			);
			continue;
		}
		if (!isVariable(name)) {
			cursor.note(
				'missing',
				`a variable cannot be called ${unmark(name)}: build it into the image, or use another name that it reads`,
			);
			continue;
		}
		if (key !== name) cursor.note('changed', `is ${key} here, which the image reads too`);
		else cursor.carry();
		const isUser = user.includes(name);
		const isDatabase = database.includes(name);
		if (isUnknown(value) && (isUser || isDatabase)) {
			sorted[isUser ? 'user' : 'database'] ??= {key, value: value.text};
			sorted.env[key] = 'app';
			cursor.note('changed', `has no value here: app`);
		} else if (isUnknown(value) || isSensitive(name, value.text) || usesSecret(value)) {
			const isSecret = isSensitive(name, value.text === '' ? '' : 'x') || usesSecret(value);
			variables.push({
				name: key,
				target: 'resource',
				of: resource,
				isSensitive: isSecret,
				...(!isUnknown(value) && {value: value.text}),
			});
		} else {
			sorted.env[key] = value.text;
			if (isUser) sorted.user ??= {key, value: value.text};
			if (isDatabase) sorted.database ??= {key, value: value.text};
		}
	}
	return sorted;
}

/** What the image of PostgreSQL takes where nothing is set. */
function withDefaults(sorted: Sorted, {family, image}: StatefulService): Sorted {
	if (family.name !== 'postgres' || /bitnami/.test(image)) return sorted;
	const user = sorted.user ?? {key: 'POSTGRES_USER', value: 'postgres'};
	const database = sorted.database ?? {key: 'POSTGRES_DB', value: sorted.env[user.key] ?? user.value};
	const env = {[database.key]: database.value, [user.key]: user.value, ...sorted.env};
	return {...sorted, env, user, database};
}

/** The folder that a mount of the data goes to; PostgreSQL 18 has another one. */
const isData = (target: string, family: Family): boolean =>
	family.data !== '' && (target === family.data || /\/bitnami\/|data|\/var\/lib\//.test(target));

function volumesOf(service: StatefulService, {owners}: Translation): Record<string, string> {
	const {cursor, family, image, name} = service;
	const volumes: Record<string, string> = {};
	for (const mount of mountsOf(cursor)) {
		const {kind, source, target} = mount;
		const isFolder = kind === 'bind' && isData(target, family) && !/\.[a-z]+$/.test(target);
		if (!isMountPath(target) || (kind !== 'volume' && !isFolder)) {
			noteMount(mount);
			continue;
		}
		const owner = owners.get(source);
		if (kind === 'volume' && owner !== undefined && owner !== name) {
			mount.cursor.note('missing', `the volume ${source} belongs to ${owner} here; one volume has one owner`);
			continue;
		}
		if (kind === 'volume') owners.set(source, name);
		const handle = target === family.data ? 'data' : handleOf(kind === 'volume' ? source : target);
		volumes[Object.hasOwn(volumes, handle) ? `${handle}-${Object.keys(volumes).length + 1}` : handle] = target;
		if (kind === 'bind') mount.cursor.note('changed', 'is a new volume here; what is in the folder is not copied');
		else mount.cursor.carry();
	}
	if (Object.keys(volumes).length === 0 && family.data !== '') {
		const isNew = family.name === 'postgres' && Number(/^\d+/.exec(tagOf(image) ?? '')?.[0] ?? 0) >= 18;
		if (!/bitnami/.test(image)) return {data: isNew ? '/var/lib/postgresql' : family.data};
	}
	return volumes;
}

const passwordFlag = /^--?requirepass(?:=(.+))?$/;

/** The password that the command of a store sets. */
function passwordIn(words: readonly string[]): string | undefined {
	const flat = words.flatMap(word => (/\s/.test(word) ? word.split(/\s+/) : [word]));
	const index = flat.findIndex(word => passwordFlag.test(word));
	const found = index === -1 ? undefined : (passwordFlag.exec(flat[index]!)?.[1] ?? flat[index + 1]);
	return found?.replace(/^["']|["']$/g, '');
}

/** The command of a resource; a store's password in it becomes a generated one. */
function commandOf(service: StatefulService): {readonly command?: readonly string[]; readonly password?: string} {
	const {cursor, family} = service;
	cursor.get('entrypoint')?.note('missing', 'a resource keeps the entrypoint of its image');
	const command = cursor.get('command');
	if (!command) return {};
	if (family.scheme === 'redis') {
		const parts = Array.isArray(command.value) ? command.items() : [command];
		const password = passwordIn(parts.flatMap(part => (part.scalar()?.text ?? '').split(/\s+/)));
		if (password !== undefined) {
			command.note(
				'changed',
				'a new password is generated, and the preset’s command uses it; its other settings are not carried over',
			);
			return {password};
		}
	}
	const words = wordsOf(command);
	if (!words || words.length === 0) return {};
	command.carry();
	return {command: words};
}

/** What is known of a resource from its own service. */
export function draftOf(service: StatefulService, translation: Translation): ResourceDraft {
	const {cursor, family, image, name, hosts} = service;
	cursor.get('image')?.carry();
	const files = mountedFiles(service, translation);
	for (const file of files) file.cursor.note('changed', 'a resource gets its secrets as variables');
	const sorted = withDefaults(
		sortVariables(service, translation, new Map(files.map(file => [file.target, `secret:${file.name}`]))),
		service,
	);
	const {command, password} = commandOf(service);
	const [passwordKey] = family.keys.password ?? [];
	if (password !== undefined && passwordKey !== undefined && sorted.passwords.length === 0)
		sorted.passwords.push({key: passwordKey, value: password});
	cursor.get('healthcheck')?.note('changed', `readiness: {type: tcp, port: ${family.port}} takes its place`);
	for (const {target, cursor: port} of portsOf(cursor.get('ports')))
		port.note('missing', `a resource is never published; services reach port ${target} through connections`);
	const exposed = portsOf(cursor.get('expose'));
	for (const port of exposed) port.cursor.carry();
	const restart = restartOf(cursor);
	const isUsual = restart === undefined || restart['policy'] === 'unless-stopped';
	if (!isUsual && restart?.['maxRetries'] !== undefined)
		cursor.get('restart')?.note('changed', 'a resource has no limit of retries');
	return {
		...{name, family, image, hosts},
		...sorted,
		volumes: volumesOf(service, translation),
		ports: [
			...new Set([
				family.port,
				...(family.morePorts ?? []),
				...exposed.filter(({isTcp}) => isTcp).map(({target}) => target),
			]),
		],
		own: {
			...(command && {command}),
			...(!isUsual && {restart: {policy: restart?.['policy']}}),
		},
		needed: new Map(),
	};
}
