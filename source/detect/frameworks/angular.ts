import {safeFolder} from '../config-text.ts';
import {type Fields, fieldsOf, textOf} from '../json-fields.ts';
import {parseRelaxed} from '../relaxed-json.ts';
import {type Framework, type FrameworkReader, nothing, server, site} from './framework.ts';

/** Whether an option is on: `true`, a path or a map of settings. */
const isSet = (value: unknown): boolean => value !== undefined && value !== false && value !== null;

/**
 * What a build target of Angular makes.
 * @param build the target, of angular.json or of a project.json
 */
export function angularTarget(name: string, build: unknown): Framework {
	const {builder, executor, options} = fieldsOf(build);
	const {outputPath, outputMode, ssr, server: entry} = fieldsOf(options);
	const path = fieldsOf(outputPath);
	// Only the builder named `application` has a folder for each side.
	const isDivided = /:application$/.test(textOf(builder) ?? textOf(executor) ?? '');
	const base = safeFolder(textOf(outputPath) ?? textOf(path['base'])) ?? `dist/${name}`;
	if (!isDivided) return {name: 'Angular', made: site(base)};
	const isServer = outputMode === 'server' || (outputMode === undefined && isSet(ssr) && isSet(entry));
	const serverFolder = textOf(path['server']) ?? 'server';
	if (isServer) return {name: 'Angular with SSR', made: server(`node ${base}/${serverFolder}/server.mjs`)};
	const browser = textOf(path['browser']) ?? 'browser';
	return {name: 'Angular', made: site(safeFolder(browser, base) ?? base)};
}

/** Angular: the applications of angular.json, files unless one is rendered by a server. */
export const readAngular: FrameworkReader = async ({files}) => {
	const text = await files.read('angular.json');
	if (text === undefined) return undefined;
	let workspace: Fields;
	try {
		workspace = fieldsOf(parseRelaxed(text));
	} catch {
		return {name: 'Angular', made: nothing('angular.json cannot be read: it is not JSON.')};
	}
	const applications = Object.entries(fieldsOf(workspace['projects'])).filter(
		([, project]) => fieldsOf(project)['projectType'] !== 'library',
	);
	const [first, ...others] = applications;
	if (!first) return {name: 'Angular', made: nothing('angular.json has no application.')};
	const chosen = applications.find(([name]) => name === workspace['defaultProject']) ?? first;
	const {architect, targets} = fieldsOf(chosen[1]);
	const found = angularTarget(chosen[0], fieldsOf(architect ?? targets)['build']);
	if (others.length === 0 || 'defaultProject' in workspace) return found;
	const names = applications.map(([name]) => name).join(', ');
	return {
		...found,
		doubt: `${chosen[0]}, one of several applications in angular.json (${names}): set build.command and build.outputDirectory to change it`,
	};
};
