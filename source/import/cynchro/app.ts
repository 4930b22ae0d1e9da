import {isMap, mapOf} from '../../descriptor/rules/raw.ts';
import type {YamlSource} from '../../descriptor/yaml/source.ts';
import {createAccount} from '../account.ts';
import {projectName} from '../compose/names.ts';
import {type Cursor, cursorAt} from '../cursor.ts';
import {refusal} from '../document.ts';
import {pruned} from '../prune.ts';
import type {ImportRequest} from '../request.ts';
import type {Imported} from '../result.ts';
import {repositoryOf} from './repository.ts';
import {translateService} from './service.ts';

/** Whether a document is a Cynchro app: its services are a list, which Compose never has. */
export const isCynchro = ({value}: YamlSource): boolean => isMap(value) && Array.isArray(mapOf(value)['services']);

/** The services of an app. Exactly one of them is public, and no two have the same name. */
function servicesOf(app: Cursor): readonly Cursor[] {
	const services = app.get('services')?.items() ?? [];
	const refuse = (message: string): never => {
		throw refusal(app.origin.source, ['services'], message);
	};
	if (services.length === 0) refuse('Provide a services array (at least one).');
	const nameOf = (service: Cursor) => service.get('name')?.text() ?? '?';
	const open = services.filter(service => service.get('public')?.value === true);
	if (open.length !== 1)
		refuse(
			`Exactly one service must be public: true, but ${open.length === 0 ? 'none is' : `${open.map(nameOf).join(', ')} are`}.`,
		);
	const names = services.map(nameOf);
	for (const [index, service] of services.entries())
		if (names.indexOf(names[index]!) !== index) service.get('name')?.refuse('is the name of two services');
	return services;
}

/**
 * Imports a Cynchro app, which keeps its meaning: its services stay services, so that they reach each other by name, and exactly
 * one is public. @throws DescriptorError with the place of what the app may not have
 */
export function importCynchro(source: YamlSource, {ascent, folderName, name: chosen}: ImportRequest): Imported {
	const account = createAccount();
	// Cynchro replaces no variables in its texts.
	const origin = {source, lookup: () => undefined, folder: '.'};
	const app = cursorAt(source.value, [], origin, account);
	const services = servicesOf(app);
	const repository = repositoryOf(app);
	const translated = services.map(service => translateService(service, repository));
	const named = app.get('name');
	const given = named?.text();
	named?.carry();
	const name = chosen ?? projectName(given ?? '') ?? projectName(folderName) ?? 'app';
	if (given !== undefined && given !== name) named?.note('changed', `the project is called ${name} here`);
	const descriptor = pruned(
		{name, services: Object.fromEntries(translated.map(service => [service.name, service.fields]))},
		ascent,
		(path, message) => account.note('missing', path, message),
	);
	if (!descriptor) throw refusal(source, [], 'nothing in it makes a valid compartment.yml');
	const settled = account.settle(source.value, () => ({
		kind: 'missing',
		message: 'is not a field of a multi-service app',
	}));
	return {
		...{format: 'Cynchro', merged: [], descriptor, ...settled},
		variables: translated.flatMap(({variables}) => variables),
		...(repository && {repository}),
	};
}
