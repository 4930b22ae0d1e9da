import type {Paint} from './colour.ts';
import {formatAge} from './duration.ts';
import type {Glyphs} from './glyphs.ts';
import {sanitiseLine} from './sanitise.ts';
import type {ResourceStatus, ServiceStatus, StatusReport} from './status.ts';
import {type Column, renderTable} from './table.ts';

type StatusOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Milliseconds since the epoch, for ages. */
	readonly now: number;
	/** Kind and image too. */
	readonly isVerbose?: boolean;
};

type State = ServiceStatus['health'] | ResourceStatus['status'];

function styleOf(state: State, paint: Paint): (text: string) => string {
	if (state === 'healthy' || state === 'running') return paint.ok;
	if (state === 'unhealthy' || state === 'missing' || state === 'restore-incomplete') return paint.fail;
	return state === 'none' ? paint.dim : paint.warn;
}

// `active` is the rule and says nothing; another stage is worth a word.
const stateText = ({health, stage}: ServiceStatus): string => {
	const state = health === 'none' ? 'not deployed' : health;
	return stage === null || stage === 'active' || stage === health ? state : `${state} (${stage})`;
};

const urlText = ({url, accessMode}: ServiceStatus, none: string): string =>
	url === null ? none : `${sanitiseLine(url)}${accessMode === 'authenticated' ? ' (asks for the password)' : ''}`;

function serviceTable(services: readonly ServiceStatus[], {paint, glyphs, now, isVerbose}: StatusOptions): string {
	const {none} = glyphs;
	const columns: Column<ServiceStatus>[] = [
		{title: 'SERVICE', value: ({name}) => sanitiseLine(name), style: paint.bold},
		{title: 'STATE', value: stateText, style: (text, {health}) => styleOf(health, paint)(text)},
		...(isVerbose ? [{title: 'KIND', value: ({kind}: ServiceStatus) => kind}] : []),
		{title: 'DEPLOYMENT', value: ({deployment}) => deployment ?? none},
		{title: 'AGE', value: ({createdAt}) => (createdAt === null ? none : formatAge(createdAt, now)), align: 'right'},
		...(isVerbose ? [{title: 'IMAGE', value: ({image}: ServiceStatus) => sanitiseLine(image ?? none)}] : []),
		{title: 'URL', value: service => urlText(service, none)},
	];
	return renderTable(columns, services, {titleStyle: paint.dim});
}

const resourceTable = (resources: readonly ResourceStatus[], {paint}: StatusOptions): string =>
	renderTable<ResourceStatus>(
		[
			{title: 'RESOURCE', value: ({name}) => sanitiseLine(name), style: paint.bold},
			{title: 'STATE', value: ({status}) => status, style: (text, {status}) => styleOf(status, paint)(text)},
			{title: 'HOST', value: ({host}) => sanitiseLine(host)},
			{title: 'IMAGE', value: ({image}) => sanitiseLine(image)},
		],
		resources,
		{titleStyle: paint.dim},
	);

function failedAttempts({services, project, environment}: StatusReport, {paint, glyphs, now}: StatusOptions): string[] {
	return services.flatMap(({name, failedAttempt}) =>
		failedAttempt
			? [
					`${paint.fail(`${sanitiseLine(name)}: the newest attempt failed`)} at ${failedAttempt.stage}, ${formatAge(failedAttempt.at, now)} ago (${sanitiseLine(failedAttempt.deployment)})`,
					`  ${glyphs.adapt(sanitiseLine(failedAttempt.message))}`,
					`  ${paint.dim(`${glyphs.arrow} compartment deployment logs --project ${sanitiseLine(project)} --env ${shellWord(environment)} --service ${sanitiseLine(name)}`)}`,
				]
			: [],
	);
}

// Environment names are free text: quoted when a shell would split or expand them.
const shellWord = (text: string): string => {
	const clean = sanitiseLine(text);
	return /^[\w.:/@%+=-]+$/.test(clean) ? clean : `'${clean.replaceAll("'", "'\\''")}'`;
};

/** The status for people. Has no line break at its end. */
export function renderStatus(report: StatusReport, options: StatusOptions): string {
	const {paint, glyphs} = options;
	const {project, environment, services, resources, router} = report;
	const sections = [
		paint.bold(`${sanitiseLine(project)} ${glyphs.separator} ${sanitiseLine(environment)}`),
		services.length === 0
			? `No deployments found for ${sanitiseLine(project)}/${sanitiseLine(environment)}.`
			: serviceTable(services, options),
		...(resources.length === 0 ? [] : [resourceTable(resources, options)]),
		failedAttempts(report, options).join('\n'),
		`Router ${styleOf(router.status, paint)(router.status)} at ${sanitiseLine(router.listen)}`,
	];
	return sections.filter(section => section !== '').join('\n\n');
}
