import {handlePattern} from '../../descriptor/names.ts';
import {findPreset} from '../../descriptor/presets/index.ts';
import type {Resource} from '../../descriptor/project.ts';
import type {Raw} from '../../descriptor/rules/raw.ts';
import type {ResourceDraft} from './draft.ts';
import {isOfficial, tagOf} from './families.ts';

/** A resource as compartment.yml has it, with the name of the output for each template. */
export type FinishedResource = {
	readonly written: Raw;
	readonly outputs: ReadonlyMap<string, string>;
	/** The version in the file, where the preset has another. */
	readonly image?: string;
	readonly hasBackup: boolean;
};

type Preset = Omit<Resource, 'name' | 'preset'>;

const presetOf = ({family}: ResourceDraft): Preset | undefined => findPreset(family.preset);

/** Whether the image is the one that the preset's commands are for, in any version. */
const isOwnImage = ({image, family}: ResourceDraft): boolean =>
	family.preset === 'valkey'
		? image.replace(/(?<=[^/]):[^/]*$|@.*$/, '').endsWith('valkey/valkey')
		: isOfficial(image, family.preset ?? '');

/** Whether the preset runs what the file says: the official image, in the same major version or in none. */
function hasPresetImage(draft: ResourceDraft, preset: Preset): boolean {
	const {image} = draft;
	if (!isOwnImage(draft) || image.includes('@')) return false;
	const major = /^\d+/.exec(tagOf(image) ?? '')?.[0];
	return major === undefined
		? /^(?:latest|alpine)?$/.test(tagOf(image) ?? '')
		: major === /^\d+/.exec(tagOf(preset.image)!)?.[0];
}

const withPort = (template: string, port: number): string =>
	template.replace(/(?<=^[a-z]+:\/\/[^/]*\$\{resource\.host\})(?=\/|$)/, `:${port}`);

/** Forms of a store's URL that all mean its connection-url: with or without the password, and database 0. */
const isStoreUrl = (template: string, password: string): boolean =>
	new RegExp(`^redis://(?:(?:default)?:\\$\\{env\\.${password}\\}@)?\\$\\{resource\\.host\\}:6379(?:/0?)?$`).test(
		template,
	);

/** The preset's output with this template. */
function presetOutput(
	template: string,
	draft: ResourceDraft,
	{outputs, generatedVariables}: Preset,
): string | undefined {
	const {family} = draft;
	const full = withPort(template, family.port);
	const [password = ''] = Object.keys(generatedVariables);
	if (family.scheme === 'redis' && isStoreUrl(full, password)) return 'connection-url';
	return Object.entries(outputs).find(([, {value}]) => value === full)?.[0];
}

const kebab = (text: string): string =>
	text
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 60);

/** A name for an output: that of a well-known template, else the variable's. */
function nameFor(template: string, variable: string, draft: ResourceDraft, taken: ReadonlySet<string>): string {
	const {passwords, user, database, family} = draft;
	const [password = passwords[0]] = passwords.filter(({key}) => family.keys.password?.includes(key));
	const known = [
		['${resource.host}', 'host'],
		[`\${env.${password?.key}}`, 'password'],
		[
			`\${env.${passwords.find(({key}) => /_ROOT_PASSWORD$/.test(key) && key !== password?.key)?.key}}`,
			'root-password',
		],
		[`\${env.${user?.key}}`, 'user'],
		[`\${env.${database?.key}}`, 'database'],
	].find(([value]) => value === template)?.[1];
	const wanted = known ?? kebab(variable);
	const base = handlePattern.test(wanted) ? wanted : 'value';
	let name = base;
	for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
	return name;
}

const isSecret = (template: string, {passwords}: ResourceDraft): boolean =>
	passwords.some(({key}) => template.includes(`\${env.${key}}`));

const namesIn = (template: string): readonly string[] =>
	[...template.matchAll(/\$\{env\.([^}]*)\}/g)].map(([, key]) => key!);

function withoutEmpty(fields: Readonly<Record<string, unknown>>): Raw {
	const isEmpty = (value: unknown) =>
		value === undefined ||
		(typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

/** The restore of PostgreSQL names a role that came with version 14. */
const isOldPostgres = ({image, family}: ResourceDraft): boolean =>
	family.preset === 'postgres' && Number(/(?:^|pg)(\d+)/.exec(tagOf(image) ?? '')?.[1] ?? 99) < 14;

/** Whether the preset's backup finds in the file's image what it needs. */
const canBackUp = (draft: ResourceDraft, preset: Preset, known: ReadonlySet<string>): boolean =>
	!isOldPostgres(draft) &&
	[...Object.keys(preset.env), ...Object.keys(preset.generatedVariables)]
		.filter(key => !/_USER$|^(?:MYSQL|MARIADB)_PASSWORD$/.test(key) || key === 'POSTGRES_USER')
		.every(key => known.has(key));

/** The long form: what the preset would set, with the image and variables of the file. */
function longForm(draft: ResourceDraft, preset: Preset | undefined): FinishedResource {
	const {family, image, env, passwords, volumes, own, needed} = draft;
	const known = new Set([...Object.keys(env), ...passwords.map(({key}) => key)]);
	const fits = (text: unknown) => namesIn(String(text)).every(key => known.has(key));
	const isStore = family.scheme === 'redis';
	// A store without a password must stay one: its clients send none.
	const isStoreOfPreset = isOwnImage(draft) && passwords.some(({key}) => key in (preset?.generatedVariables ?? {}));
	const usesPreset = preset !== undefined && (!isStore || isStoreOfPreset);
	const outputs: Record<string, unknown> = {
		...(usesPreset
			? Object.fromEntries(Object.entries(preset.outputs).filter(([, {value}]) => fits(value)))
			: {host: {sensitive: false, value: '${resource.host}'}, port: {sensitive: false, value: String(family.port)}}),
	};
	const names = new Map<string, string>();
	for (const [template, variable] of needed) {
		const same = Object.entries(outputs).find(
			([, output]) => (output as {value: string}).value === withPort(template, family.port),
		);
		const name = same?.[0] ?? nameFor(template, variable, draft, new Set(Object.keys(outputs)));
		if (!same) outputs[name] = {sensitive: isSecret(template, draft), value: template};
		names.set(template, name);
	}
	const operations = usesPreset && canBackUp(draft, preset, known) ? preset.operations : {};
	const written = withoutEmpty({
		image,
		command: isStore && usesPreset ? preset.command : undefined,
		env,
		generatedVariables: Object.fromEntries(passwords.map(({key}) => [key, {generator: 'token'}])),
		ports: draft.ports,
		outputs,
		volumes,
		readiness: {type: 'tcp', port: family.port, timeoutMs: preset?.readiness?.timeoutMs ?? 60_000},
		operations: withoutEmpty({
			backup: operations.backup && withoutEmpty({...operations.backup}),
			restore: operations.restore && withoutEmpty({...operations.restore}),
		}),
		...own,
	});
	return {written, outputs: names, hasBackup: operations.backup !== undefined};
}

/** Chooses between the preset and the long form (docs/rules.md, "Presets"), and names the outputs. */
export function finishResource(draft: ResourceDraft): FinishedResource {
	const preset = presetOf(draft);
	if (!preset) return longForm(draft, undefined);
	const {env, own, volumes, needed, passwords} = draft;
	const outputs = new Map<string, string>();
	for (const template of needed.keys()) {
		const name = presetOutput(template, draft, preset);
		if (name !== undefined) outputs.set(template, name);
	}
	const [mount, ...more] = Object.values(volumes);
	const [data] = Object.values(preset.volumes);
	const isPlain = Object.keys(own).length === 0 && more.length === 0 && (mount === undefined || mount === data);
	// Where it has a password, a store must not get clients that send none.
	const isOwnPassword = passwords.every(({key}) => key in preset.generatedVariables);
	const fits =
		hasPresetImage(draft, preset) && isPlain && isOwnPassword && outputs.size === needed.size && !('PGDATA' in env);
	// The preset of a store has a password, so its clients need the whole URL.
	const isWired =
		draft.family.scheme !== 'redis' ||
		passwords.length > 0 ||
		(outputs.size > 0 && [...outputs.values()].every(name => name === 'connection-url'));
	if (!fits || !isWired) return longForm(draft, preset);
	const changed = Object.entries(env).filter(
		([key, value]) => (preset.env as Readonly<Record<string, string>>)[key] !== value,
	);
	return {
		written: withoutEmpty({preset: draft.family.preset, env: Object.fromEntries(changed)}),
		outputs,
		...(preset.image !== draft.image && {image: preset.image}),
		hasBackup: true,
	};
}
