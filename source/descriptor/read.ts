import {toResource, toService} from './expand.ts';
import {type DescriptorFiles, hashFiles} from './files-hash.ts';
import {descriptorFile, routesFile} from './names.ts';
import {DescriptorError, type Finding, formatProblem, type Problem, type Report} from './problem.ts';
import type {Project} from './project.ts';
import {checkDescriptor} from './rules/descriptor.ts';
import {mapOf} from './rules/raw.ts';
import {checkRoutes} from './rules/routes.ts';
import {descriptorSchema} from './schema/descriptor.ts';
import {routesSchema} from './schema/routes.ts';
import {validate} from './validate.ts';
import {descriptorWarnings, routeWarnings} from './warnings.ts';
import type {FileBytes} from './yaml/bytes.ts';
import {parseYaml, type YamlSource} from './yaml/source.ts';

type Parsed = {readonly source?: YamlSource; readonly text: string; readonly problems: readonly Problem[]};

const parse = (file: string, read: FileBytes): Parsed => {
	if (read.kind === 'missing') return {text: '', problems: []};
	if (read.kind === 'refused')
		return {text: '', problems: [{file, line: 1, column: 1, length: 0, path: '', message: read.message}]};
	const parsed = parseYaml(file, read.bytes);
	return parsed.kind === 'source' ? {source: parsed.source, text: parsed.source.text, problems: []} : parsed;
};

/** Runs rules and returns their findings. */
const collect = (check: (report: Report) => void): Finding[] => {
	const findings: Finding[] = [];
	check((path, message, options) => findings.push({path, message, ...options}));
	return findings;
};

const locate = (source: YamlSource | undefined, findings: readonly Finding[]): Problem[] =>
	source ? findings.map(source.locate) : [];

/** The parsed content of compartment.yml. Throws a DescriptorError when it cannot be parsed. */
export const readWritten = (descriptor: FileBytes): unknown => {
	const {source, text, problems} = parse(descriptorFile, descriptor);
	if (!source) throw new DescriptorError(problems, {[descriptorFile]: text});
	return source.value;
};

/** Checks the descriptor against its surroundings, such as the folders that it names. */
export type LookAround = (descriptor: unknown, project: Project | undefined) => Promise<readonly Finding[]>;

/**
 * Reads both files and checks their surroundings. Throws a DescriptorError with the problems of both.
 */
export const readAndLook = async (
	files: DescriptorFiles,
	directory: string,
	ascent: number,
	look: LookAround,
): Promise<Project> => {
	const main = parse(descriptorFile, files.descriptor);
	const extra = parse(routesFile, files.routes);
	let project: Project | undefined;
	let problems: readonly Problem[] = [];
	try {
		project = readProject(files, directory, ascent);
	} catch (error) {
		if (!(error instanceof DescriptorError)) throw error;
		problems = error.problems;
	}
	const found = main.source ? locate(main.source, await look(main.source.value, project)) : [];
	// A value that is invalid in itself needs no second problem.
	const added = found.filter(({path}) => !problems.some(problem => problem.path === path));
	if (project && added.length === 0) return project;
	throw new DescriptorError([...problems, ...added], {[descriptorFile]: main.text, [routesFile]: extra.text});
};

/**
 * Turns both files into a project. `directory` is the absolute directory of compartment.yml; relative paths may climb
 * `ascent` folders above it. Throws a DescriptorError with every problem of both files.
 */
export const readProject = (files: DescriptorFiles, directory: string, ascent: number): Project => {
	const main = parse(descriptorFile, files.descriptor);
	const extra = parse(routesFile, files.routes);
	const descriptor = main.source && validate(descriptorSchema, main.source.value);
	const routes = extra.source && validate(routesSchema, extra.source.value);
	const declared = main.source && mapOf(mapOf(main.source.value).services);
	const problems = [
		...main.problems,
		...locate(main.source, descriptor?.isValid === false ? descriptor.findings : []),
		...locate(
			main.source,
			collect(report => checkDescriptor(main.source?.value, ascent, report)),
		),
		...extra.problems,
		...locate(extra.source, routes?.isValid === false ? routes.findings : []),
		...locate(
			extra.source,
			collect(report => checkRoutes(extra.source?.value, declared, report)),
		),
	];
	if (problems.length > 0 || !descriptor?.isValid || routes?.isValid === false)
		throw new DescriptorError(problems, {[descriptorFile]: main.text, [routesFile]: extra.text});

	const services = Object.entries(descriptor.value.services).map(([name, value]) => toService(name, value));
	const resources = Object.entries(descriptor.value.resources ?? {}).map(([name, value]) => toResource(name, value));
	const rules = routes?.value.routes ?? [];
	const warnings = [
		...locate(main.source, descriptorWarnings(services, resources)),
		...locate(extra.source, routeWarnings(rules, services)),
	];
	return {
		name: descriptor.value.name,
		directory,
		services,
		resources,
		routes: rules,
		hash: hashFiles(files),
		warnings: warnings.map(warning => formatProblem(warning, undefined)),
	};
};
