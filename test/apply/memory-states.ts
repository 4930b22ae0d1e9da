import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {createInterface} from 'node:readline';
import type {ExecResult} from '../../source/engine/engine.ts';
import type {ExecCall, MemoryEngine} from '../../source/engine/memory.ts';
import {stateScript} from '../../source/engine-state/script.ts';
import {folder} from '../../source/router/layout.ts';

/**
 * Keeps states as the router of an engine does: the real script works on a folder of this machine, and the memory engine has
 * the same files in the container.
 */
export function createMemoryStates(engineOf: () => MemoryEngine) {
	let made: string | undefined;
	const homeOf = () => {
		made ??= mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'compartment-states-'));
		return made;
	};
	const copyFiles = (container: string) => {
		const home = homeOf();
		const {files} = engineOf().look(container);
		for (const path of [...files.keys()]) if (path.startsWith(`${folder}/states`)) files.delete(path);
		for (const entry of readdirSync(home, {recursive: true, withFileTypes: true})) {
			if (!entry.isFile()) continue;
			const path = join(entry.parentPath, entry.name);
			files.set(`${folder}/${relative(home, path)}`, readFileSync(path));
		}
	};
	return {
		isFor: ({command}: Pick<ExecCall, 'command'>): boolean => command.includes(stateScript),
		async exec({command, container, input, onLine}: ExecCall): Promise<Partial<ExecResult>> {
			const script = stateScript.replaceAll(folder, homeOf());
			const child = spawn('bash', ['-c', script, ...command.slice(4)], {stdio: ['pipe', 'pipe', 'pipe']});
			let stderr = '';
			child.stderr.setEncoding('utf8').on('data', (text: string) => {
				stderr += text;
			});
			createInterface(child.stdout).on('line', line => {
				copyFiles(container.id);
				onLine?.(line, 'stdout');
			});
			child.stdin.on('error', () => undefined);
			const feed = async () => {
				for await (const part of input as AsyncIterable<string>) child.stdin.write(part);
				child.stdin.end();
			};
			void feed();
			const exitCode = await new Promise<number>(resolve => child.once('close', code => resolve(code ?? 1)));
			return {exitCode, stderr};
		},
		/** Loses what the engine has, as with a volume that was removed. */
		lose(container: string) {
			for (const name of readdirSync(homeOf())) rmSync(join(homeOf(), name), {recursive: true});
			copyFiles(container);
		},
		close: () => made !== undefined && rmSync(made, {recursive: true}),
	};
}
