import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, onTestFinished} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {ensureDirectory} from '../../source/state/directory.ts';
import type {State, Variable} from '../../source/state/state.ts';
import {newState, readState, writeState} from '../../source/state/store.ts';

/** Owner of the journals in the tests. */
export const owner = {
	lineage: '00000000-0000-4000-8000-000000000001',
	project: 'shop',
	environment: 'production',
};

/** An empty folder, removed after the test. */
export function temporaryDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), 'compartment-state-'));
	onTestFinished(() => rmSync(directory, {recursive: true, force: true}));
	return directory;
}

/** The state folder of a new environment, production. */
export const environmentDirectory = (): string => ensureDirectory(temporaryDirectory(), 'production').path;

export const plainVariable = (key: string, value: string): Variable => ({
	scope: {type: 'environment'},
	key,
	source: 'user',
	revision: '0123456789abcdef',
	updatedAt: '2026-03-29T10:00:00.000Z',
	isSensitive: false,
	value,
});

export const emptyState = (): State => newState({project: 'shop', environment: 'production'});

/** Writes a state whose only variable is the number of previous writes. */
export async function writeNumbered(directory: string, number: number): Promise<State> {
	const current = await readState(directory);
	const next = {...(current ?? emptyState()), variables: [plainVariable('NUMBER', String(number))]};
	return writeState(directory, next, current ?? null);
}

/** The number of a state of `writeNumbered`. */
export function numberOf(state: State | undefined): number {
	const variable = state?.variables[0];
	return variable && !variable.isSensitive ? Number(variable.value) : 0;
}

/** The error that a promise is rejected with. */
export const errorOf = async (promise: Promise<unknown>): Promise<UserError> => {
	const error = await promise.then(
		() => undefined,
		(thrown: unknown) => thrown,
	);
	expect(error).toBeInstanceOf(UserError);
	return error as UserError;
};

type ChildResult = {readonly signal: NodeJS.Signals | null; readonly code: number | null; readonly output: string};

/** Runs one scenario of child.ts in a separate process. */
export async function runChild(
	scenario: string,
	directory: string,
	env: Readonly<Record<string, string>> = {},
): Promise<ChildResult> {
	const {child, exit} = startChild(scenario, directory, env);
	let output = '';
	child.stdout.on('data', chunk => (output += chunk));
	child.stderr.on('data', chunk => (output += chunk));
	return {...(await exit), output};
}

export function startChild(scenario: string, directory: string, env: Readonly<Record<string, string>> = {}) {
	const script = fileURLToPath(new URL('child.ts', import.meta.url));
	const child = spawn(process.execPath, [script, scenario, directory], {env: {...process.env, ...env}});
	const exit = new Promise<{signal: NodeJS.Signals | null; code: number | null}>(resolve => {
		child.once('close', (code, signal) => resolve({code, signal}));
	});
	onTestFinished(() => {
		if (child.exitCode === null) child.kill('SIGKILL');
	});
	return {child, exit};
}
