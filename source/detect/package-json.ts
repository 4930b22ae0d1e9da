import {UserError} from '../errors.ts';
import type {SourceFiles} from './source-files.ts';

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

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
	isObject(value) && Object.values(value).every(each => typeof each === 'string');

const texts = (value: unknown): Readonly<Record<string, string>> => (isTexts(value) ? value : {});

// Packages may contain anything; invalid fields are ignored.
const packageOf = (fields: Fields): NodePackage => ({
	name: text(fields['name']),
	main: text(fields['main']),
	packageManager: text(fields['packageManager']),
	engines: texts(fields['engines']),
	scripts: texts(fields['scripts']),
	dependencies: texts(fields['dependencies']),
	devDependencies: texts(fields['devDependencies']),
	optionalDependencies: texts(fields['optionalDependencies']),
	workspaces: fields['workspaces'],
});

/** Reads a package.json; undefined if there is none. Throws a UserError if it is not a JSON object. */
export async function readPackage(files: SourceFiles, path = 'package.json'): Promise<NodePackage | undefined> {
	const content = await files.read(path);
	if (content === undefined) return undefined;
	const refusal = `${path} cannot be read: it is not a JSON object.`;
	let parsed: unknown;
	try {
		parsed = JSON.parse(content);
	} catch (cause) {
		throw new UserError(refusal, {cause});
	}
	if (!isObject(parsed)) throw new UserError(refusal);
	return packageOf(parsed);
}

/** Whether a package depends on another one, including development dependencies. */
export const dependsOn = (manifest: NodePackage, name: string): boolean =>
	Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.devDependencies, name);

/** Whether installing a package runs its own scripts, which may need the whole source. */
export const runsInstallScripts = ({scripts}: NodePackage, isRoot: boolean): boolean =>
	['preinstall', 'install', 'postinstall', ...(isRoot ? [] : ['prepare'])].some(name => Object.hasOwn(scripts, name));
