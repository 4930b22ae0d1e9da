import type {Paint} from './colour.ts';
import {formatAge} from './duration.ts';
import type {Glyphs} from './glyphs.ts';
import {sanitiseLine} from './sanitise.ts';
import {shellWord} from './shell-word.ts';
import type {ResourceStatus, ServiceStatus, StatusReport} from './status.ts';
import {type Column, renderTable} from './table.ts';
import {displayWidth} from './width.ts';

type StatusOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** Milliseconds since the epoch, for ages. */
	readonly now: number;
	/** Cells per line; without it nothing is left out. */
	readonly columns?: number;
	/** Kind and image too. */
	readonly isVerbose?: boolean;
};

type State = ServiceStatus['health'] | ResourceStatus['status'];

function styleOf(state: State, paint: Paint): (text: string) => string {
	if (state === 'healthy' || state === 'running') return paint.ok;
	if (state === 'unhealthy' || state === 'missing' || state === 'restore-incomplete') return paint.fail;
	return state === 'none' || state === 'idle' ? paint.dim : paint.warn;
}

// `active` is the rule and says nothing; another stage is worth a word.
const stateText = ({health, stage}: ServiceStatus): string => {
	const state = health === 'none' ? 'not deployed' : health;
	return stage === null || stage === 'active' || stage === health ? state : `${state} (${stage})`;
};

const urlText = ({url, accessMode}: ServiceStatus, none: string): string =>
	url === null ? none : `${sanitiseLine(url)}${accessMode === 'authenticated' ? ' (asks for the password)' : ''}`;

/** A wrapped table is hard to read: where the wide one has no room, the columns that matter least are left out. */
function fitTable(render: (isWide: boolean) => string, {columns = Number.POSITIVE_INFINITY, isVerbose}: StatusOptions) {
	const wide = render(true);
	const fits = wide.split('\n').every(line => displayWidth(line) <= columns);
	return fits || isVerbose ? wide : render(false);
}

function serviceTable(services: readonly ServiceStatus[], isWide: boolean, options: StatusOptions): string {
	const {paint, glyphs, now, isVerbose} = options;
	const {none} = glyphs;
	const columns: Column<ServiceStatus>[] = [
		{title: 'SERVICE', value: ({name}) => sanitiseLine(name), style: paint.bold},
		{title: 'STATE', value: stateText, style: (text, {health}) => styleOf(health, paint)(text)},
		...(isVerbose ? [{title: 'KIND', value: ({kind}: ServiceStatus) => kind}] : []),
		...(isWide ? [{title: 'DEPLOYMENT', value: ({deployment}: ServiceStatus) => deployment ?? none}] : []),
		{title: 'AGE', value: ({createdAt}) => (createdAt === null ? none : formatAge(createdAt, now)), align: 'right'},
		...(isVerbose ? [{title: 'IMAGE', value: ({image}: ServiceStatus) => sanitiseLine(image ?? none)}] : []),
		{title: 'URL', value: service => urlText(service, none)},
	];
	return renderTable(columns, services, {titleStyle: paint.dim});
}

function resourceTable(resources: readonly ResourceStatus[], isWide: boolean, {paint}: StatusOptions): string {
	const columns: Column<ResourceStatus>[] = [
		{title: 'RESOURCE', value: ({name}) => sanitiseLine(name), style: paint.bold},
		{title: 'STATE', value: ({status}) => status, style: (text, {status}) => styleOf(status, paint)(text)},
		{title: 'HOST', value: ({host}) => sanitiseLine(host)},
		...(isWide ? [{title: 'IMAGE', value: ({image}: ResourceStatus) => sanitiseLine(image)}] : []),
	];
	return renderTable(columns, resources, {titleStyle: paint.dim});
}

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

/** The status for people. Has no line break at its end. */
export function renderStatus(report: StatusReport, options: StatusOptions): string {
	const {paint, glyphs} = options;
	const {project, environment, services, resources, router} = report;
	const sections = [
		paint.bold(`${sanitiseLine(project)} ${glyphs.separator} ${sanitiseLine(environment)}`),
		services.length === 0
			? `No deployments found for ${sanitiseLine(project)}/${sanitiseLine(environment)}.`
			: fitTable(isWide => serviceTable(services, isWide, options), options),
		...(resources.length === 0 ? [] : [fitTable(isWide => resourceTable(resources, isWide, options), options)]),
		failedAttempts(report, options).join('\n'),
		`Router ${styleOf(router.status, paint)(router.status)} at ${sanitiseLine(router.listen)}`,
	];
	return sections.filter(section => section !== '').join('\n\n');
}
