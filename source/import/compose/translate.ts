import {isMap, mapOf, type Raw} from '../../descriptor/rules/raw.ts';
import type {Account} from '../account.ts';
import {type Cursor, cursorAt} from '../cursor.ts';
import {refusal} from '../document.ts';
import type {ReadFile} from '../files.ts';
import {familyOf} from '../resources/families.ts';
import {finishResource} from '../resources/finish.ts';
import type {VariableToSet} from '../result.ts';
import {environmentOf} from './environment.ts';
import type {LoadedProject, LoadedService} from './load.ts';
import {serviceName} from './names.ts';
import {draftOf, type StatefulService} from './resource.ts';
import {type TranslatedService, translateService} from './service.ts';
import type {ComposeService, Translation} from './translation.ts';

type Given = {
	readonly account: Account;
	readonly read: ReadFile;
	readonly profiles: readonly string[];
};

/** Leaves out services whose profiles are not asked for, and notes them. */
function activeServices(
	services: readonly LoadedService[],
	{account, profiles}: Given,
): readonly (readonly [LoadedService, Cursor])[] {
	return services.flatMap(service => {
		const cursor = cursorAt(service.tree, ['services', service.name], service.origin, account);
		const own =
			cursor
				.get('profiles')
				?.items()
				.map(item => item.text() ?? '') ?? [];
		const isActive = own.length === 0 || profiles.includes('*') || own.some(name => profiles.includes(name));
		if (isActive) return [[service, cursor] as const];
		cursor.note('missing', `is only for the profile ${own.join(', ')}: to import it too, add --profile ${own[0]}`);
		return [];
	});
}

/** All names that containers reach a service by. */
function hostsOf(name: string, cursor: Cursor): string[] {
	const networks = cursor.get('networks')?.entries() ?? [];
	const aliases = networks.flatMap(([, network]) => (network.get('aliases')?.items() ?? []).map(item => item.text()));
	const names = [name, cursor.get('container_name')?.text(), cursor.get('hostname')?.text(), ...aliases];
	return [...new Set(names.filter(host => host !== undefined && /^[A-Za-z0-9][\w.-]*$/.test(host)))] as string[];
}

/** The program of a service that keeps data; undefined for any other, and for one that is built. */
function stateful(service: Cursor): Pick<StatefulService, 'family' | 'image'> | undefined {
	if (service.get('build')) return undefined;
	const image = service.get('image')?.text()?.replace(/:$/, '') ?? '';
	const family = familyOf(image);
	return family && !/\s/.test(image) ? {family, image} : undefined;
}

function describeServices(project: LoadedProject, given: Given): ComposeService[] {
	const taken = new Set<string>();
	return activeServices(project.services, given).map(([{name: written}, cursor]) => {
		const name = serviceName(written, taken);
		taken.add(name);
		if (name !== written) cursor.note('changed', `is called ${name} here`);
		return {
			...{name, written, cursor, hosts: hostsOf(written, cursor)},
			environment: environmentOf(cursor, {type: stateful(cursor) ? 'resource' : 'service', name}, given.read),
		};
	});
}

/** The services that become resources. All of them stay services where there is nothing else. */
function statefulOf(services: readonly ComposeService[]): readonly StatefulService[] {
	const found = services.flatMap(service => {
		const known = stateful(service.cursor);
		return known ? [{...service, ...known}] : [];
	});
	if (found.length < services.length) return found;
	for (const {cursor} of found) cursor.note('changed', 'stays a service, because a project needs one');
	return [];
}

type Finished = {readonly resources: Raw; readonly outputOf: (resource: string, template: string) => string};

function finishResources({resources}: Translation, services: readonly ComposeService[]): Finished {
	const finished = resources.map(draft => [draft.name, finishResource(draft)] as const);
	for (const [name, {image, hasBackup}] of finished) {
		const cursor = services.find(service => service.name === name)?.cursor;
		if (image !== undefined) cursor?.get('image')?.note('changed', `the preset runs ${image}`);
		if (!hasBackup) cursor?.note('changed', 'has no backups yet: write operations: {backup: …, restore: …}');
	}
	const byName = new Map(finished);
	return {
		resources: Object.fromEntries(finished.map(([name, {written}]) => [name, written])),
		outputOf: (resource, template) => byName.get(resource)?.outputs.get(template) ?? 'host',
	};
}

function connectionsOf({connected}: TranslatedService, outputOf: Finished['outputOf']): Raw | undefined {
	const connections: Record<string, {env: Record<string, string>}> = {};
	for (const {key, draft, template} of connected) {
		connections[draft.name] ??= {env: {}};
		connections[draft.name]!.env[key] = outputOf(draft.name, template);
	}
	return connected.length > 0 ? connections : undefined;
}

/** What a Compose project becomes. @throws DescriptorError when nothing of it can be a service */
export function translateProject(
	project: LoadedProject,
	given: Given,
): {readonly services: Raw; readonly resources: Raw; readonly variables: readonly VariableToSet[]} {
	const {tree, origin} = project;
	const described = describeServices(project, given);
	const stateful = statefulOf(described);
	const isResource = ({name}: ComposeService) => stateful.some(resource => resource.name === name);
	const translation: Translation = {
		...{account: given.account, read: given.read, services: described, owners: new Map(), variables: []},
		resources: [],
		top: (section, name) => {
			const entries = mapOf(tree[section]);
			if (!Object.hasOwn(entries, name)) return undefined;
			return cursorAt(entries[name], [section, name], origin, given.account);
		},
	};
	const resources = stateful.map(service => draftOf(service, translation));
	const complete: Translation = {...translation, resources};
	const translated = described
		.filter(service => !isResource(service))
		.flatMap(service => {
			const result = translateService(service, complete);
			return result ? [[service.name, result] as const] : [];
		});
	for (const [, {connected}] of translated)
		for (const {draft, template, key} of connected) if (!draft.needed.has(template)) draft.needed.set(template, key);
	for (const volume of complete.owners.keys())
		if (!translation.top('volumes', volume)?.value) given.account.carry(['volumes', volume]);
	if (translated.length === 0)
		throw refusal(
			origin.source,
			isMap(tree['services']) ? ['services'] : [],
			'has no service that can be imported: each needs an image, or a folder to build; a git repository has to be cloned first',
		);
	const {resources: written, outputOf} = finishResources(complete, described);
	return {
		services: Object.fromEntries(
			translated.map(([name, service]) => {
				const connections = connectionsOf(service, outputOf);
				return [name, {...service.fields, ...(connections && {connections})}];
			}),
		),
		resources: written,
		variables: complete.variables,
	};
}
