import {z} from 'zod';
import {UserError} from '../errors.ts';
import type {SourceFiles} from './source-files.ts';

const texts = z.record(z.string(), z.string()).catch({});

// Packages may contain anything; invalid fields are ignored.
const packageSchema = z.object({
	name: z.string().optional().catch(undefined),
	main: z.string().optional().catch(undefined),
	type: z.string().optional().catch(undefined),
	packageManager: z.string().optional().catch(undefined),
	engines: texts.default({}),
	scripts: texts.default({}),
	dependencies: texts.default({}),
	devDependencies: texts.default({}),
	optionalDependencies: texts.default({}),
	workspaces: z.unknown().optional(),
});

/** The fields of a package.json that affect a build. */
export type NodePackage = z.infer<typeof packageSchema>;

/** Reads a package.json; undefined if there is none. Throws a UserError if it is not a JSON object. */
export async function readPackage(files: SourceFiles, path = 'package.json'): Promise<NodePackage | undefined> {
	const text = await files.read(path);
	if (text === undefined) return undefined;
	try {
		return packageSchema.parse(JSON.parse(text));
	} catch (cause) {
		throw new UserError(`${path} cannot be read: it is not a JSON object.`, {cause});
	}
}

/** Whether a package depends on another one, including development dependencies. */
export const dependsOn = (manifest: NodePackage, name: string): boolean =>
	Object.hasOwn(manifest.dependencies, name) || Object.hasOwn(manifest.devDependencies, name);

/** Whether installing a package runs its own scripts, which may need the whole source. */
export const runsInstallScripts = ({scripts}: NodePackage, isRoot: boolean): boolean =>
	['preinstall', 'install', 'postinstall', ...(isRoot ? [] : ['prepare'])].some(name => Object.hasOwn(scripts, name));
