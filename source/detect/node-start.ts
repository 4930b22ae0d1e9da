import type {NodeManager} from './node-manager.ts';
import type {NodePackage} from './package-json.ts';
import type {SourceFiles} from './source-files.ts';

/** What was looked for, for the error if a Node source has no start command. */
export const nodeStartRules = 'Procfile, start script, main in package.json, index.js, index.ts';

const withHooks = ({scripts}: NodePackage, name: string): string | undefined => {
	if (!scripts[name]) return undefined;
	return [scripts[`pre${name}`], scripts[name], scripts[`post${name}`]].filter(Boolean).join(' && ');
};

/** The `start` script with its pre and post scripts, as the package manager would run them. */
export const startScript = (manifest: NodePackage): string | undefined => withHooks(manifest, 'start');

/** The script that starts a package in production, where `start` is for developers. */
export function productionScript(manifest: NodePackage): string | undefined {
	const name = ['start:prod', 'start:production', 'serve:prod'].find(each => manifest.scripts[each]);
	return name && withHooks(manifest, name);
}

const indexFiles = ['index.js', 'index.mjs', 'index.cjs', 'index.ts', 'index.mts'];

/** Command that runs a file; undefined if a shell would misread its path. */
export const startFile = (file: string, manager: NodeManager['name']): string | undefined =>
	/^[\w./@-]+$/.test(file) ? `${manager === 'bun' ? 'bun' : 'node'} ${file}` : undefined;

/** Command that runs the main file of a package, else an index file. */
export function mainFile(files: SourceFiles, manifest: NodePackage, manager: NodeManager['name']): string | undefined {
	// Some packages name their manifest or a style sheet.
	const isProgram = /(?:\.[cm]?[jt]sx?|(?:^|\/)[^./]*|\.)$/.test(manifest.main ?? '.css');
	const entry = isProgram ? manifest.main : indexFiles.find(name => files.has(name));
	return entry === undefined ? undefined : startFile(entry, manager);
}

/** Whether a command calls the package manager, so that the image needs it. */
export const callsManager = (command: string, {name}: NodeManager): boolean =>
	new RegExp(`(?:^|[\\s;&|(])${name}x?(?:\\s|$)`).test(command);

/**
 * Whether the service is certain to start without its development dependencies: each part of the command is Node or the
 * program of a production dependency, and no development dependency is mentioned.
 */
export function startsWithoutDevelopment(command: string, manifests: readonly NodePackage[]): boolean {
	const development = new Set(manifests.flatMap(({devDependencies}) => Object.keys(devDependencies)));
	const production = new Set(manifests.flatMap(({dependencies}) => Object.keys(dependencies)));
	const words = command.split(/[\s'"=;&|()]+/);
	if (words.some(word => development.has(word) || [...development].some(name => word.startsWith(`${name}/`)))) {
		return false;
	}
	const parts = command.split(/&&|\|\||;/).map(part => part.trim().split(/\s+/));
	return parts.every(words => {
		const program = words.find(word => !word.includes('='));
		return program !== undefined && (['node', 'bun', 'cd', 'exec'].includes(program) || production.has(program));
	});
}
