import {fileURLToPath} from 'node:url';

/** The CLI to measure: the built one, or another build for comparison. */
export const cli = process.env['BENCH_CLI'] ?? fileURLToPath(new URL('../dist/cli.mjs', import.meta.url));

/** A command line of the CLI, run by the same node as the benchmark. */
export const compartment = (...args: string[]): [string, ...string[]] => [process.execPath, cli, ...args];
