import {DescriptorError, fullMessage, type Problem} from '../../source/descriptor/problem.ts';
import {type BackupOperation, isArchive, type Project, type RestoreOperation} from '../../source/descriptor/project.ts';
import {readProject} from '../../source/descriptor/read.ts';
import type {FileBytes} from '../../source/descriptor/yaml/bytes.ts';

export type Written = string | Uint8Array;

const fileOf = (written: Written | undefined): FileBytes => {
	if (written === undefined) return {kind: 'missing'};
	return {kind: 'bytes', bytes: typeof written === 'string' ? new TextEncoder().encode(written) : written};
};

export type LoadOptions = {readonly directory?: string; readonly ascent?: number};

/** Reads both files from text, as the loader does from disk. */
export const read = (
	descriptor: Written,
	routes?: Written,
	{directory = '/srv/app', ascent = 0}: LoadOptions = {},
): Project => readProject({descriptor: fileOf(descriptor), routes: fileOf(routes)}, directory, ascent);

/** The error of reading invalid files. */
export const errorOf = (descriptor: Written, routes?: Written): DescriptorError => {
	try {
		read(descriptor, routes);
	} catch (error) {
		if (error instanceof DescriptorError) return error;
		throw error;
	}
	throw new Error('the files are valid, but problems were expected');
};

export const problemsOf = (descriptor: Written, routes?: Written): readonly Problem[] =>
	errorOf(descriptor, routes).problems;

/** Each problem as `path: message`. */
export const linesOf = (problems: readonly Problem[]): string[] =>
	problems.map(problem => (problem.path === '' ? fullMessage(problem) : `${problem.path}: ${fullMessage(problem)}`));

export const web = (service: string): string => `name: app\nservices:\n  web: ${service}\n`;
export const db = (resource: string): string => `name: app\nservices: {web: .}\nresources:\n  db: ${resource}\n`;
export const route = (...rules: string[]): string =>
	`version: 1\nroutes:\n${rules.map(rule => `  - ${rule}\n`).join('')}`;

/** The command of an operation that is no archive. */
export function commandOf(operation: BackupOperation | RestoreOperation | undefined): string {
	if (!operation || isArchive(operation)) throw new Error('the operation has no command');
	return operation.command;
}
