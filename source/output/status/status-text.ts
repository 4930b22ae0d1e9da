import {command} from '../../hint.ts';
import {resourceAddress, serviceAddress} from '../../model/address.ts';
import type {Health} from '../../model/health-facts.ts';
import {renderHint} from '../../render-hint.ts';
import type {Paint} from '../colour.ts';
import {formatAge} from '../duration.ts';
import type {Glyphs} from '../glyphs.ts';
import {sanitiseLine} from '../sanitise.ts';
import {type Column, renderTable} from '../table.ts';
import {displayWidth} from '../width.ts';
import {causeText, healthStyle, healthWord, restartsText} from './health-text.ts';
import {failedAtText, stageText} from './stage-text.ts';
import type {ResourceStatus, ServiceStatus, StatusReport} from './status-report.ts';

type StatusOptions = {
	readonly paint: Paint;
	readonly glyphs: Glyphs;
	/** The current time in milliseconds since the epoch. */
	readonly now: number;
	/** Line width in cells; default unlimited. */
	readonly columns?: number;
	/** Show kind and image. */
	readonly isVerbose?: boolean;
};

// `active` is the normal stage, so it is not shown.
const stateText = ({health, stage, candidate}: ServiceStatus): string => {
	const more = [
		...(stage === null || stage === 'active' || stage === health.state ? [] : [stageText(stage)]),
		...(candidate ? ['candidate held'] : []),
	];
	return more.length === 0 ? healthWord(health) : `${healthWord(health)} (${more.join(', ')})`;
};

const urlText = ({url, accessMode}: ServiceStatus, none: string): string =>
	url === null ? none : `${sanitiseLine(url)}${accessMode === 'authenticated' ? ' (password required)' : ''}`;

/** Omits the least important columns where they do not fit, because a wrapped table is hard to read. */
function fitTable(render: (isWide: boolean) => string, {columns = Number.POSITIVE_INFINITY, isVerbose}: StatusOptions) {
	const wide = render(true);
	const fits = wide.split('\n').every(line => displayWidth(line) <= columns);
	return fits || isVerbose ? wide : render(false);
}

type Row = {readonly name: string; readonly health: Health};

/** Restarts and the last exit; omitted when nothing has restarted. */
const restartsColumn = (rows: readonly Row[], none: string): Column<Row>[] =>
	rows.every(({health}) => health.restarts === 0)
		? []
		: [{title: 'RESTARTS', value: ({health}) => restartsText(health) || none}];

function serviceTable(services: readonly ServiceStatus[], isWide: boolean, options: StatusOptions): string {
	const {paint, glyphs, now, isVerbose} = options;
	const {none} = glyphs;
	const columns: Column<ServiceStatus>[] = [
		{title: 'SERVICE', value: ({name}) => sanitiseLine(name), style: paint.bold},
		{title: 'STATE', value: stateText, style: (text, {health}) => healthStyle(health, paint)(text)},
		...restartsColumn(services, none),
		...(isVerbose ? [{title: 'KIND', value: ({kind}: ServiceStatus) => kind}] : []),
		...(isWide ? [{title: 'DEPLOYMENT', value: ({deployment}: ServiceStatus) => deployment ?? none}] : []),
		{title: 'AGE', value: ({createdAt}) => (createdAt === null ? none : formatAge(createdAt, now)), align: 'right'},
		...(isVerbose ? [{title: 'IMAGE', value: ({image}: ServiceStatus) => sanitiseLine(image ?? none)}] : []),
		{title: 'URL', value: service => urlText(service, none)},
	];
	return renderTable(columns, services, {titleStyle: paint.dim});
}

function resourceTable(resources: readonly ResourceStatus[], isWide: boolean, {paint, glyphs}: StatusOptions): string {
	const columns: Column<ResourceStatus>[] = [
		{title: 'RESOURCE', value: ({name}) => sanitiseLine(name), style: paint.bold},
		{
			title: 'STATE',
			value: ({health}) => healthWord(health),
			style: (text, {health}) => healthStyle(health, paint)(text),
		},
		...restartsColumn(resources, glyphs.none),
		{title: 'HOST', value: ({host}) => sanitiseLine(host)},
		...(isWide ? [{title: 'IMAGE', value: ({image}: ResourceStatus) => sanitiseLine(image)}] : []),
	];
	return renderTable(columns, resources, {titleStyle: paint.dim});
}

/** Why each unhealthy service or resource is unhealthy. */
function causes({services, resources, environment}: StatusReport, {paint, glyphs}: StatusOptions): string[] {
	const rows = [
		...services.map(({name, health}) => ({address: serviceAddress(name), name, health})),
		...resources.map(({name, health}) => ({address: resourceAddress(name), name, health})),
	].filter(({health}) => health.cause !== null);
	return rows.flatMap(({address, name, health}) => [
		`${healthStyle(health, paint)(`${sanitiseLine(name)} ${healthWord(health)}`)}: ${glyphs.adapt(causeText(health))}`,
		`  ${paint.dim(`${glyphs.arrow} ${renderHint(command('why', address), {environment})}`)}`,
	]);
}

function candidates({services, environment}: StatusReport, {paint, glyphs, now}: StatusOptions): string[] {
	return services.flatMap(({name, candidate}) =>
		candidate
			? [
					`${paint.warn(`${sanitiseLine(name)}: candidate held`)}, created ${formatAge(candidate.createdAt, now)} ago (${sanitiseLine(candidate.deployment)}, ${healthWord(candidate.health)})`,
					`  ${paint.dim(`${glyphs.arrow} ${renderHint(command('promote', '--service', name), {environment})}`)}`,
				]
			: [],
	);
}

function failedAttempts({services, environment}: StatusReport, {paint, glyphs, now}: StatusOptions): string[] {
	return services.flatMap(({name, failedAttempt}) =>
		failedAttempt
			? [
					`${paint.fail(`${sanitiseLine(name)}: the latest attempt ${failedAtText(failedAttempt.stage)}`)}, ${formatAge(failedAttempt.at, now)} ago (${sanitiseLine(failedAttempt.deployment)})`,
					`  ${glyphs.adapt(sanitiseLine(failedAttempt.message))}`,
					`  ${paint.dim(`${glyphs.arrow} ${renderHint(command('deployment logs', '--service', name), {environment})}`)}`,
				]
			: [],
	);
}

const routerText = ({router}: StatusReport, {paint}: StatusOptions): string =>
	`Router ${(router.status === 'running' ? paint.ok : paint.fail)(router.status)} at ${sanitiseLine(router.listen)}`;

/** The status as text, without a trailing newline. */
export function renderStatus(report: StatusReport, options: StatusOptions): string {
	const {paint, glyphs} = options;
	const {project, environment, services, resources, router} = report;
	const sections = [
		paint.bold(`${sanitiseLine(project)} ${glyphs.separator} ${sanitiseLine(environment)}`),
		services.length === 0
			? `No deployments found for ${sanitiseLine(project)}/${sanitiseLine(environment)}.`
			: fitTable(isWide => serviceTable(services, isWide, options), options),
		...(resources.length === 0 ? [] : [fitTable(isWide => resourceTable(resources, isWide, options), options)]),
		causes(report, options).join('\n'),
		candidates(report, options).join('\n'),
		failedAttempts(report, options).join('\n'),
		...(router.isUsed ? [routerText(report, options)] : []),
	];
	return sections.filter(section => section !== '').join('\n\n');
}
