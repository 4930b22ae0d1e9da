import path from 'node:path';
import type {Service} from '../../descriptor/project.ts';
import {hashText} from '../build-key.ts';
import type {RailpackBuilder} from '../choose.ts';
import type {DetectedInputs} from '../manifest.ts';
import type {RailpackTools} from './find-railpack.ts';

/** The request to the Railpack CLI, besides the source. */
export type RailpackRequest = {
	readonly tools: RailpackTools;
	/** Variables of the build. Their values never appear on a command line. */
	readonly variables: Readonly<Record<string, string>>;
	/** Separates the caches of services. */
	readonly cacheKey: string;
};

type Source = {
	/** Absolute directory of the project. */
	readonly project: string;
	/** The non-secret variables that `build.env` names. */
	readonly args: Readonly<Record<string, string>>;
};

/** The descriptor's fields as Railpack settings (docs/rules.md, "Detected builds"). */
function settingsOf({build, run}: Service): Record<string, string> {
	const {command, packages} = build;
	return {
		...(command !== undefined && {RAILPACK_BUILD_CMD: command}),
		...(run.command !== undefined && {RAILPACK_START_CMD: run.command}),
		...(packages.build.length > 0 && {RAILPACK_BUILD_APT_PACKAGES: packages.build.join(' ')}),
		...(packages.runtime.length > 0 && {RAILPACK_DEPLOY_APT_PACKAGES: packages.runtime.join(' ')}),
	};
}

/** Plans a build with the Railpack CLI: the request, and the inputs of the build key. */
export function planRailpack(
	service: Service,
	{tools}: RailpackBuilder,
	{project, args}: Source,
): {readonly request: RailpackRequest; readonly inputs: DetectedInputs} {
	const settings = settingsOf(service);
	const {RAILPACK_BUILD_CMD: build, RAILPACK_START_CMD: start} = settings;
	const inputs: DetectedInputs = {
		stack: 'Railpack',
		versions: {railpack: tools.version},
		commands: {...(build !== undefined && {build}), ...(start !== undefined && {start})},
		text: hashText(JSON.stringify([tools.version, settings])),
	};
	const cacheKey = hashText(path.join(project, service.name)).slice(0, 16);
	return {request: {tools, variables: {...args, ...settings}, cacheKey}, inputs};
}
