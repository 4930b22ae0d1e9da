import {UserError} from '../errors.ts';
import {type Fields, isFields, textOf} from './json-fields.ts';
import {parseRelaxed} from './relaxed-json.ts';
import {joinPath, type SourceFiles} from './source-files.ts';

/** The fields of a package.json that affect a build. */
export type NodePackage = {
	readonly name: string | undefined;
	readonly main: string | undefined;
	readonly packageManager: string | undefined;
	readonly engines: Readonly<Record<string, string>>;
	readonly scripts: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly optionalDependencies: Readonly<Record<string, string>>;
	readonly workspaces: unknown;
};

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
	isFields(value) && Object.values(value).every(each => typeof each === 'string');

const texts = (value: unknown): Readonly<Record<string, string>> => (isTexts(value) ? value : {});

// Packages may contain anything; invalid fields are ignored.
const packageOf = (fields: Fields): NodePackage => ({
	name: textOf(fields['name']),
	main: textOf(fields['main']),
	packageManager: textOf(fields['packageManager']),
	engines: texts(fields['engines']),
	scripts: texts(fields['scripts']),
	dependencies: texts(fields['dependencies']),
	devDependencies: texts(fields['devDependencies']),
	optionalDependencies: texts(fields['optionalDependencies']),
	workspaces: fields['workspaces'],
});

/** The names of a package's manifest, in the order in which pnpm looks for them; the others know only the first. */
export const manifestNames: readonly string[] = ['package.json', 'package.json5', 'package.yaml'];

const isManifest = (path: string): boolean => manifestNames.includes(path.slice(path.lastIndexOf('/') + 1));

/** Path of the manifest of the package in a folder; undefined if it has none. */
export const manifestPath = (files: SourceFiles, folder = ''): string | undefined =>
	manifestNames.map(name => joinPath(folder, name)).find(files.has);

/** Paths of the manifests of all packages of a source, installed ones excepted; one for each folder. */
export function manifestPaths(files: SourceFiles): string[] {
	const folders = files.paths
		.filter(path => isManifest(path) && !path.includes('node_modules/'))
		.map(path => path.slice(0, Math.max(0, path.lastIndexOf('/'))));
	return [...new Set(folders)].flatMap(folder => manifestPath(files, folder) ?? []);
}

const kinds: Readonly<Record<string, string>> = {json: 'JSON', json5: 'JSON5', yaml: 'YAML'};

/** Characters of a manifest in YAML: far above any, and read in a moment whatever they are. */
const longestYaml = 50_000;

/** The value of a manifest, in the language that its name says. Throws if it is none. */
async function parseManifest(path: string, content: string): Promise<unknown> {
	if (path.endsWith('.json')) return JSON.parse(content);
	if (path.endsWith('.json5')) return parseRelaxed(content);
	if (content.length > longestYaml) throw new UserError(`${path} cannot be read: it is larger than 50 kB.`);
	// A plan of files that have not changed loads no parser of YAML.
	const {parseYaml} = await import('../descriptor/yaml/source.ts');
	const parsed = parseYaml(path, new TextEncoder().encode(content));
	if (parsed.kind === 'problems') throw new SyntaxError(parsed.problems[0]?.message ?? 'not YAML');
	return parsed.source.value;
}

/** Reads a manifest; undefined if there is none. Throws a UserError if it is not an object of its language. */
export async function readPackage(files: SourceFiles, path = 'package.json'): Promise<NodePackage | undefined> {
	const content = await files.read(path);
	if (content === undefined) return undefined;
	const refusal = `${path} cannot be read: it is not a ${kinds[path.slice(path.lastIndexOf('.') + 1)]} object.`;
	let parsed: unknown;
	try {
		parsed = await parseManifest(path, content);
	} catch (cause) {
		if (cause instanceof UserError) throw cause;
		throw new UserError(refusal, {cause});
	}
	if (!isFields(parsed)) throw new UserError(refusal);
	return packageOf(parsed);
}

/** Reads the manifest of the package in a folder, whatever its name. */
export const readPackageOf = async (files: SourceFiles, folder = ''): Promise<NodePackage | undefined> => {
	const path = manifestPath(files, folder);
	return path === undefined ? undefined : readPackage(files, path);
};

/** Whether a package depends on another one, including development dependencies. */
export const dependsOn = (manifest: NodePackage, name: string): boolean =>
	Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.devDependencies, name);

/** Whether installing a package runs its own scripts, which may need the whole source. */
export const runsInstallScripts = ({scripts}: NodePackage, isRoot: boolean): boolean =>
	['preinstall', 'install', 'postinstall', ...(isRoot ? [] : ['prepare'])].some(name => Object.hasOwn(scripts, name));
