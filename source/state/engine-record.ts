import {existsSync, mkdirSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {UserError} from '../errors.ts';
import {command, hint} from '../hint.ts';
import {environmentSlug} from '../model/names.ts';
import {configurationDirectory} from '../settings/configuration-directory.ts';
import {engineRecordFolder} from './engine-record-folder.ts';
import {
	fileError,
	isTemporary,
	makePrivateDirectory,
	privateDirectoryMode,
	readPrivateFile,
	replacePrivateFile,
} from './private-file.ts';
import type {EnvironmentName} from './state.ts';

/**
 * The engine that this user chose for an environment. It is kept with the settings and not with the project, whose
 * folder may come from a stranger, who must not choose where commands connect to.
 */
export type EngineRecord = EnvironmentName & {
	/** Name of the machine in the settings, whose address may have changed since; null for an engine without one. */
	readonly machine: string | null;
	readonly engine: {
		readonly id: string;
		/** `ssh://deploy@web1` */
		readonly address: string;
	};
};

const pathOf = ({project, environment}: EnvironmentName, env: NodeJS.ProcessEnv): string =>
	join(engineRecordFolder(env), `${environmentSlug(project)}.${environmentSlug(environment)}.json`);

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function parse(path: string, content: Buffer): EngineRecord {
	try {
		const {project, environment, machine, engine} = JSON.parse(content.toString()) as Readonly<Record<string, unknown>>;
		const {id, address} = engine as Readonly<Record<string, unknown>>;
		if (!isText(project) || !isText(environment) || !isText(id) || !isText(address)) throw new Error('no record');
		if (machine !== null && !isText(machine)) throw new Error('no machine');
		return {project, environment, machine, engine: {id, address}};
	} catch (error) {
		throw new UserError(`${path} is damaged`, {
			hint: hint`Remove it, then choose the engine again: ${command('environment create', 'NAME', '--engine', 'MACHINE')}`,
			cause: error,
		});
	}
}

/**
 * The engine of an environment; undefined when none was chosen.
 * @throws UserError when the record cannot be read
 */
export function readEngineRecord(
	name: EnvironmentName,
	env: NodeJS.ProcessEnv = process.env,
): EngineRecord | undefined {
	const path = pathOf(name, env);
	const content = readPrivateFile(path);
	return content && parse(path, content);
}

/** All records, by project and environment. */
export function listEngineRecords(env: NodeJS.ProcessEnv = process.env): readonly EngineRecord[] {
	const directory = engineRecordFolder(env);
	if (!existsSync(directory)) return [];
	return readdirSync(directory)
		.filter(name => !isTemporary(name))
		.sort()
		.flatMap(name => {
			const path = join(directory, name);
			const content = readPrivateFile(path);
			return content ? [parse(path, content)] : [];
		});
}

/** The environments of a project that have a recorded engine, by name. */
export const recordedEnvironments = (project: string, env: NodeJS.ProcessEnv = process.env): readonly string[] =>
	listEngineRecords(env).flatMap(record => (record.project === project ? [record.environment] : []));

/** Records the engine of an environment: folder 0700, file 0600, synced to disk. */
export function writeEngineRecord(record: EngineRecord, env: NodeJS.ProcessEnv = process.env): void {
	const path = pathOf(record, env);
	try {
		mkdirSync(configurationDirectory(env), {recursive: true, mode: privateDirectoryMode});
		makePrivateDirectory(engineRecordFolder(env));
		replacePrivateFile(path, `${JSON.stringify({version: 1, ...record}, null, '\t')}\n`);
	} catch (error) {
		throw fileError('write', path, error);
	}
}

/** Forgets the engine of an environment. */
export const removeEngineRecord = (name: EnvironmentName, env: NodeJS.ProcessEnv = process.env): void =>
	rmSync(pathOf(name, env), {force: true});
