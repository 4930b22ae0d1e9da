import {inject} from 'vitest';
import {openTerminal, type TerminalOptions, type TestTerminal} from '../terminal/terminal.ts';
import type {Sandbox} from './cli.ts';

/** Runs the built command line as a user would: in a terminal, in the project's folder. */
export const openCli = (
	sandbox: Pick<Sandbox, 'folder' | 'env'>,
	args: readonly string[],
	{env, ...size}: Omit<TerminalOptions, 'cwd'> = {},
): TestTerminal =>
	openTerminal(process.execPath, [inject('cli'), ...args], {
		...size,
		cwd: sandbox.folder,
		env: {...sandbox.env, ...env},
	});
