import type {TestProject} from 'vitest/node';
import {buildCli} from '../build-cli.ts';

declare module 'vitest' {
	interface ProvidedContext {
		/** The built command line, `cli.mjs`. */
		readonly cli: string;
	}
}

/** Builds the command line once for the whole run. */
export default function provideCli(project: TestProject): () => void {
	const {cli, remove} = buildCli();
	project.provide('cli', cli);
	return remove;
}
