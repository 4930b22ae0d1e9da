import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Project} from '../descriptor/project.ts';
import {nameIn} from '../model/address.ts';
import type {State} from '../state/state.ts';
import type {Named} from './definitions/definition.ts';
import type {Suggestion} from './suggest.ts';

type Declared = Pick<Project, 'services' | 'resources'>;

type Owned = {readonly machines?: object; readonly backupStores?: object};

/** What names are taken from. Whatever cannot be read has none. */
type Sources = {
	readonly project: () => Promise<Declared>;
	/** As it is on disk: names need no trust, and its key may take a passphrase. */
	readonly state: () => Promise<Partial<State>>;
	readonly environments: () => Promise<readonly string[]>;
	readonly settings: () => Promise<Owned>;
	readonly settingNames: () => Promise<readonly string[]>;
};

const keys = (record: object | undefined): string[] => Object.keys(record ?? {});

const plain = (names: Iterable<string>): Suggestion[] => [...new Set(names)].map(value => ({value}));

const newestFirst = <Item extends {readonly id: string}>(items: readonly Item[]): Item[] =>
	[...items].sort((a, b) => (a.id < b.id ? 1 : -1));

/** The names of one kind, in the order in which they are offered. */
export async function findNames(named: Named, sources: Sources): Promise<readonly Suggestion[]> {
	const services = async () => [
		...(await sources.project()).services.map(({name}) => name),
		...keys((await sources.state()).active),
	];
	const resources = async () => [
		...(await sources.project()).resources.map(({name}) => name),
		...keys((await sources.state()).resources),
	];
	switch (named) {
		case 'service':
			return plain(await services());
		case 'resource':
			return plain(await resources());
		case 'service or resource':
			return plain([...(await services()), ...(await resources())]);
		case 'address':
			return plain([
				...(await services()).map(name => `service.${name}`),
				...(await resources()).map(name => `resource.${name}`),
			]);
		case 'job':
			return (await sources.project()).services
				.filter(({kind}) => kind === 'job' || kind === 'cron')
				.map(({name, kind}) => ({value: name, description: kind}));
		case 'environment':
			return plain([...(await sources.environments()), 'production']);
		case 'deployment':
			return newestFirst(Object.values((await sources.state()).deployments ?? {})).map(
				({id, service, stage, createdAt}) => ({value: id, description: `${service}, ${stage}, ${createdAt}`}),
			);
		case 'run': {
			const {deployments = {}, jobs = []} = await sources.state();
			const runs = newestFirst(Object.values(deployments).map(({run, createdAt}) => ({id: run, createdAt})));
			return [
				...plain(runs.map(({id}) => id)),
				...newestFirst(jobs).map(({id, service, status}) => ({value: id, description: `${service}, ${status}`})),
			];
		}
		case 'backup':
			return newestFirst((await sources.state()).backups ?? []).map(({id, resource, createdAt}) => ({
				value: id,
				description: `${resource}, ${createdAt}`,
			}));
		case 'volume':
			return plain(keys((await sources.state()).volumes).map(nameIn));
		case 'variable':
			return plain(((await sources.state()).variables ?? []).map(({key}) => key));
		case 'domain': {
			const {certificates, certificateRequests} = await sources.state();
			const declared = (await sources.project()).services.flatMap(({domain}) => domain ?? []);
			return plain([...declared, ...keys(certificates), ...keys(certificateRequests)]);
		}
		case 'machine':
			return plain(keys((await sources.settings()).machines));
		case 'store':
			return plain(keys((await sources.settings()).backupStores));
		case 'setting':
			return plain(await sources.settingNames());
		case 'file':
		case 'folder':
			return [];
	}
}

/** Runs a read that may fail, such as of a file that is not there. */
const orElse =
	<Value>(fallback: Value, read: () => Promise<Value>): (() => Promise<Value>) =>
	() =>
		read().catch(() => fallback);

/**
 * Reads from the project of a folder and the settings of the user; asks no engine.
 * @param environment whose state is read
 */
export function namesOf(folder: string, environment: string): Sources {
	const root = async () => (await import('../descriptor/discover.ts')).findPlace(folder).directory;
	return {
		project: orElse<Declared>({services: [], resources: []}, async () =>
			(await import('../descriptor/load.ts')).loadProject(folder),
		),
		state: orElse<Partial<State>>({}, async () => {
			const {stateDirectory} = await import('../state/directory.ts');
			return JSON.parse(readFileSync(join(stateDirectory(await root(), environment), 'state.json'), 'utf8'));
		}),
		environments: orElse<readonly string[]>([], async () => {
			const {namesIn, stateRoot} = await import('../state/directory.ts');
			return namesIn(stateRoot(await root()));
		}),
		settings: orElse<Owned>({}, async () => (await import('../settings/settings.ts')).readSettings()),
		settingNames: orElse<readonly string[]>([], async () => [
			...(await import('../settings/setting-table.ts')).settingKeys,
		]),
	};
}
