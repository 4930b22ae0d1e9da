import {command, hint} from '../../hint.ts';
import {withoutMarks} from '../interpolate.ts';
import {derive, usedBy} from '../resources/derive.ts';
import type {Connected} from '../resources/draft.ts';
import {isSensitive, isSensitiveName} from '../sensitive.ts';
import type {BuildSource} from './build.ts';
import {type Entry, usesSecret} from './environment.ts';
import {renameHosts} from './hosts.ts';
import {mountedFiles} from './secret-files.ts';
import type {ComposeService, Translation} from './translation.ts';

/** The variables of a service by where their values come from. */
export type ServiceVariables = {
	readonly env: Readonly<Record<string, string>>;
	readonly connected: readonly (Connected & {readonly key: string})[];
	readonly secretFiles: Readonly<Record<string, string>>;
};

const nameProblem = (name: string): string | undefined => {
	if (/^COMPARTMENT_/.test(name)) return 'names that begin with COMPARTMENT_ are reserved';
	return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
		? undefined
		: 'a variable’s name has only letters, digits and underscores here: build it into the image, or use another name that it reads';
};

/** The variable's name, where its path does not end with it. */
const shownIn = ({name, cursor}: Entry): string => (cursor.path.at(-1) === name ? '' : `${name} `);

/** Sorts the variables of a service: outputs of resources, secrets and unknown values to set, and plain ones. */
export function serviceVariables(
	service: ComposeService,
	translation: Translation,
	{args}: Pick<BuildSource, 'args'>,
): ServiceVariables {
	const {name: of, environment} = service;
	const {resources, services, variables} = translation;
	const env: Record<string, string> = {...args};
	const connected: (Connected & {readonly key: string})[] = [];
	const add = (name: string, isSecret: boolean, more: {value?: string; file?: string}) =>
		void variables.push({name, target: 'service', of, isSensitive: isSecret, ...more});
	const used = usedBy(
		environment.map(({name, value}) => [name, value.text]),
		resources,
	);

	const takePlain = ({name, value, cursor}: Entry): void => {
		const renamed = renameHosts(withoutMarks(value.text), services);
		if (renamed !== value.text) cursor.note('changed', 'names a service as it is called here');
		else cursor.carry();
		env[name] = renamed;
	};

	const takeUnknown = (entry: Entry, isSecret: boolean): void => {
		const {name, value, cursor} = entry;
		add(name, isSecret, {});
		const why = Object.values(value.required).filter(message => message !== '');
		const reason = why.length > 0 ? ` (${why.join('; ')})` : '';
		cursor.note(
			'changed',
			`${shownIn(entry)}has no value, because ${value.unset.join(', ')} has none${reason}: set the variable`,
		);
	};

	const sort = (entry: Entry): void => {
		const {name, value, cursor} = entry;
		delete env[name];
		const derived = derive(name, value.text, resources, used);
		const isSecret = isSensitive(name, value.text) || usesSecret(value);
		if (derived.kind === 'output') {
			connected.push({key: name, draft: derived.draft, template: derived.template});
			cursor.carry();
		} else if (derived.kind === 'mixed') {
			add(name, isSecret, {});
			const [first] = derived.resources;
			const what = derived.resources.join(' and ');
			cursor.note(
				'missing',
				hint`${shownIn(entry)}names ${what} together with other values: set the variable, with hosts from ${command('resource output list', '--resource', first ?? '')}`,
			);
		} else if (value.unset.length > 0 && value.text !== '') takeUnknown(entry, isSecret || isSensitiveName(name));
		else if (isSecret) {
			add(name, true, {value: value.text});
			cursor.note('changed', `${shownIn(entry)}is sensitive: set it as a variable`);
		} else takePlain(entry);
	};
	for (const entry of environment) {
		const problem = nameProblem(entry.name);
		if (problem === undefined) sort(entry);
		else entry.cursor.note('missing', problem);
	}

	const secretFiles: Record<string, string> = {};
	for (const file of mountedFiles(service, translation)) {
		const {variable, target, isSensitive: isSecret, name} = file;
		if (Object.hasOwn(secretFiles, variable) || Object.values(secretFiles).includes(target)) {
			file.cursor.note('missing', `a second file for ${variable}: write secretFiles with another variable`);
			continue;
		}
		secretFiles[variable] = target;
		const draft = resources.find(({passwords}) => passwords.some(({value}) => value === `secret:${name}`));
		const password = draft?.passwords.find(({value}) => value === `secret:${name}`);
		if (Object.hasOwn(env, variable) || connected.some(({key}) => key === variable)) continue;
		if (draft && password) connected.push({key: variable, draft, template: `\${env.${password.key}}`});
		else add(variable, isSecret, {file: file.file});
	}
	return {env, connected, secretFiles};
}
