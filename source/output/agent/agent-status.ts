import type {KnownAgent} from '../../agent/status.ts';
import type {Paint} from '../colour.ts';
import {formatAge, formatDuration} from '../duration.ts';
import {sanitiseLine} from '../sanitise.ts';
import {actionText} from './agent-event.ts';

/** How many actions and times the text shows. */
const shownActions = 10;
const shownNext = 10;

const iso = (at: number): string => new Date(at).toISOString();

/** The agents of this user as a JSON document. */
export const agentsDocument = (agents: readonly KnownAgent[]) => ({
	agents: agents.map(({isRunning, status}) => {
		const {owner, engine, since, lostSince, environments, problems, actions, next} = status;
		return {
			isRunning,
			engine,
			process: owner,
			since: iso(since),
			engineLostSince: lostSince === null ? null : iso(lostSince),
			environments,
			problems,
			actions: actions.map(action => ({...action, at: iso(action.at)})),
			next: isRunning ? next.map(each => ({...each, at: iso(each.at)})) : [],
		};
	}),
});

type Options = {readonly paint: Paint; readonly now: number};

function headline({isRunning, status}: KnownAgent, {paint, now}: Options): string {
	const {owner, engine, since} = status;
	const where = sanitiseLine(`${engine.name} (${engine.address})`);
	if (!isRunning) return `${paint.warn('Not running')} for ${where}, last started ${formatAge(since, now)} ago`;
	const who = sanitiseLine(`process ${owner.pid} of ${owner.user} on ${owner.host}`);
	return `${paint.ok('Running')} for ${where} since ${formatAge(since, now)}, ${who}`;
}

/** Lines beneath a title; nothing without lines. */
const section = (title: string, lines: readonly string[], {paint}: Options): string[] =>
	lines.length === 0 ? [] : ['', paint.bold(title), ...lines.map(line => `  ${line}`)];

function agentText(agent: KnownAgent, options: Options): string {
	const {status, isRunning} = agent;
	const {paint, now} = options;
	const {lostSince, environments, problems, actions, next} = status;
	const lost =
		isRunning && lostSince !== null
			? [paint.warn(`The engine has not answered for ${formatAge(lostSince, now)}.`)]
			: [];
	const upcoming = isRunning ? next.slice(0, shownNext) : [];
	return [
		headline(agent, options),
		...lost,
		...section(
			'Environments',
			environments.map(({project, environment, folder}) => sanitiseLine(`${project}/${environment}  ${folder}`)),
			options,
		),
		...section(
			'Problems',
			problems.map(({where, message}) => paint.warn(sanitiseLine(`${where}: ${message}`))),
			options,
		),
		...section(
			'Next',
			upcoming.map(
				({at, what, project, environment}) =>
					`${at <= now ? 'now' : `in ${formatDuration(at - now)}`}  ${sanitiseLine(`${project === null ? '' : `${project}/${environment} `}${what}`)}`,
			),
			options,
		),
		...section(
			'Last actions',
			actions
				.slice(-shownActions)
				.reverse()
				.map(action => {
					const text = `${formatAge(action.at, now)} ago  ${actionText(action)}`;
					return action.outcome === 'done' ? text : paint.fail(text);
				}),
			options,
		),
	].join('\n');
}

/** The agents of this user as text. */
export const agentsText = (agents: readonly KnownAgent[], options: Options): string =>
	agents.map(agent => agentText(agent, options)).join('\n\n');
