import {namePattern} from '../../descriptor/names.ts';
import {present} from '../../descriptor/present.ts';
import {isMap, type Raw} from '../../descriptor/rules/raw.ts';
import {cpuOf, memoryOf} from '../compose/limits.ts';
import type {Cursor} from '../cursor.ts';
import {isRelative, joined, written} from '../files.ts';
import type {Repository, VariableToSet} from '../result.ts';
import {unlessEmpty} from '../unless-empty.ts';
import {referencedVariables, sealedVariables, secretFilesOf} from './env.ts';

/** A service of an app as compartment.yml has it, with the variables to set. */
export type TranslatedService = {
	readonly name: string;
	readonly fields: Raw;
	readonly variables: readonly VariableToSet[];
};

/** The port of a service: 80 by default, 0 for none. */
function portOf(service: Cursor): number {
	const port = service.get('port');
	if (!port) return 80;
	const number = Number(port.text());
	if (!Number.isInteger(number) || number < 0 || number > 65_535) port.refuse('must be a port, or 0 for a worker');
	port.carry();
	return number;
}

const pathIn = (cursor: Cursor | undefined, fallback: string): string => {
	const path = cursor?.text() ?? fallback;
	if (!isRelative(path) || joined('.', path).startsWith('..')) cursor?.refuse('must be a path inside the repository');
	cursor?.carry();
	return path;
};

/** The image of a service, or its folder in the repository. */
function sourceOf(service: Cursor, repository: Repository | undefined): Raw {
	const image = service.get('image');
	const [dockerfile, context] = [service.get('dockerfile'), service.get('context')];
	if (image) {
		image.carry();
		dockerfile?.note('omitted', 'the service has an image');
		context?.note('omitted', 'the service has an image');
		return {image: image.text()};
	}
	if (!repository) return service.refuse('needs an image, or the app a repo to build from');
	const folder = joined(repository.folder, pathIn(context, '.'));
	const file = dockerfile && joined(repository.folder, pathIn(dockerfile, 'Dockerfile'));
	const isUsual = file === undefined || file === joined(folder, 'Dockerfile');
	return {path: written(folder), ...(!isUsual && {dockerfile: file})};
}

/** Translates a service. @throws DescriptorError with the place of a value that it may not have */
export function translateService(service: Cursor, repository: Repository | undefined): TranslatedService {
	if (!isMap(service.value)) service.refuse('must be a map with a name');
	const named = service.get('name');
	const name = named?.text() ?? '';
	if (!namePattern.test(name)) (named ?? service).refuse('needs a name of lower-case letters, digits and hyphens');
	named?.carry();
	const isPublic = service.get('public')?.value === true;
	service.get('public')?.carry();
	const port = portOf(service);
	if (isPublic && port === 0) service.get('port')?.refuse('must not be 0 for the public service');
	const domain = service.get('domain');
	if (isPublic) domain?.carry();
	else domain?.note('missing', 'is only for the public service');
	const limits = unlessEmpty(present({cpu: cpuOf(service.get('cpu')), memory: memoryOf(service.get('memory'))}));
	const files = secretFilesOf(service.get('secretFiles'), name);
	const all = [
		...sealedVariables(service.get('env'), name),
		...referencedVariables(service.get('envFrom'), name),
		...files.variables,
	];
	return {
		name,
		// A value beside a reference is the value.
		variables: all.filter((variable, index) => all.findIndex(other => other.name === variable.name) === index),
		fields: present({
			...sourceOf(service, repository),
			...(isPublic ? {accessMode: 'public'} : {kind: port === 0 ? 'worker' : 'api'}),
			port: port === 0 ? undefined : port,
			domain: isPublic ? domain?.text() : undefined,
			limits,
			secretFiles: unlessEmpty(files.files),
		}),
	};
}
