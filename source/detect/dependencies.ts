import {type NodePackage, readPackageOf} from './package-json.ts';
import {readPythonDependencies} from './python-start.ts';
import type {SourceFiles} from './source-files.ts';

/** Modules that a go.mod requires, without their comments. */
async function readGoDependencies(files: SourceFiles): Promise<(name: string) => boolean> {
	const lines = ((await files.read('go.mod')) ?? '').split(/\r?\n/).map(line => line.replace(/\/\/.*/, ''));
	const modules = lines.map(line => /^\s*(?:require\s+)?(\S+)\s+v\d/.exec(line)?.[1]);
	return name => modules.some(module => module === name || module?.startsWith(`${name}/`));
}

/** Returns a function that tells whether a source of any language depends on a package at run time. */
export async function readDependencies(files: SourceFiles): Promise<(name: string) => boolean> {
	const manifest: NodePackage | undefined = await readPackageOf(files).catch(() => undefined);
	const hasPython = await readPythonDependencies(files);
	const hasGo = await readGoDependencies(files);
	return name => (manifest && Object.hasOwn(manifest.dependencies, name)) || hasPython(name) || hasGo(name);
}
