import {startFile} from '../detect/node-start.ts';
import type {Program} from '../detect/program.ts';
import type {SourceFiles} from '../detect/source-files.ts';

const names = ['server', 'app', 'main', 'src/index', 'src/server', 'src/app', 'src/main'];
const files = names.flatMap(name => ['js', 'mjs', 'cjs', 'ts', 'mts'].map(ending => `${name}.${ending}`));

/**
 * A start command for a Node source that has none, from a file whose name suggests it.
 * @param serviceFolder folder of the service in the source: commands run in the detected folder
 */
export function guessStart(source: SourceFiles, {manager, folder}: Program, serviceFolder: string): string | undefined {
	const own = folder === serviceFolder || serviceFolder === '' ? '' : `${serviceFolder}/`;
	const file = files.find(name => source.has(folder === '' ? own + name : `${folder}/${name}`));
	return manager && file && startFile(own + file, manager.name);
}
