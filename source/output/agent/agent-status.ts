import {freeText} from '../../agent/disk-level.ts';
import type {KnownDisk} from '../../agent/engine-disk.ts';
import type {KnownAgent} from '../../agent/status.ts';
import type {Paint} from '../colour.ts';
import {formatAge} from '../duration.ts';
import {sanitiseLine} from '../sanitise.ts';
import {actionText} from './agent-event.ts';
import {dueText} from './agent-words.ts';
import {type WaitingNotifications, waitingText} from './waiting-text.ts';

/** How many actions and times the text shows. */
const shownActions = 10;
const shownNext = 10;

const iso = (at: number): string => new Date(at).toISOString();

type Known = {
	readonly agents: readonly KnownAgent[];
	readonly notifications: readonly WaitingNotifications[];
};

/** The agents of this user, and what they have not delivered yet, as a JSON document. */
export const agentsDocument = ({agents, notifications}: Known) => ({
	agents: agents.map(({isRunning, status}) => {
		const {owner, engine, since, stoppedAt, lostSince, disk, environments, problems, actions, next} = status;
		return {
			isRunning,
			engine,
			process: owner,
			since: iso(since),
			stoppedAt: stoppedAt === undefined ? null : iso(stoppedAt),
			engineLostSince: lostSince === null ? null : iso(lostSince),
			disk: disk === undefined ? null : {...disk, at: iso(disk.at)},
			environments,
			problems,
			actions: actions.map(action => ({...action, at: iso(action.at)})),
			next: isRunning ? next.map(each => ({...each, at: iso(each.at)})) : [],
		};
	}),
	notifications: notifications.map(({since, nextAt, problem, attempts, ...queue}) => ({
		...queue,
		since: iso(since),
		attempts,
		nextAt: attempts === 0 ? null : iso(nextAt),
		lastError: problem ?? null,
	})),
});

type Options = {readonly paint: Paint; readonly now: number};

function headline({isRunning, status}: KnownAgent, {paint, now}: Options): string {
	const {owner, engine, since, stoppedAt} = status;
	const where = sanitiseLine(`${engine.name} (${engine.address})`);
	const ended =
		stoppedAt === undefined ? `last started ${formatAge(since, now)} ago` : `stopped ${formatAge(stoppedAt, now)} ago`;
	if (!isRunning) return `${paint.warn('Not running')} for ${where}, ${ended}`;
	const who = sanitiseLine(`process ${owner.pid} of ${owner.user} on ${owner.host}`);
	return `${paint.ok('Running')} for ${where} since ${formatAge(since, now)}, ${who}`;
}

/** Lines beneath a title; nothing without lines. */
const section = (title: string, lines: readonly string[], {paint}: Options): string[] =>
	lines.length === 0 ? [] : ['', paint.bold(title), ...lines.map(line => `  ${line}`)];

function diskLine(disk: KnownDisk, {paint, now}: Options): string {
	const text = `${freeText(disk)} free, ${formatAge(disk.at, now)} ago`;
	return disk.isLow ? paint.warn(`low: ${text}`) : text;
}

function agentText(agent: KnownAgent, options: Options): string {
	const {status, isRunning} = agent;
	const {paint, now} = options;
	const {lostSince, disk, environments, problems, actions, next} = status;
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
		...section('Disk of the engine', disk ? [diskLine(disk, options)] : [], options),
		...section(
			'Next',
			upcoming.map(
				({at, what, project, environment}) =>
					`${dueText({at}, now)}  ${sanitiseLine(`${project === null ? '' : `${project}/${environment} `}${what}`)}`,
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

/** The agents of this user, and what they have not delivered yet, as text; empty if there is neither. */
export const agentsText = ({agents, notifications}: Known, options: Options): string => {
	const [, ...waiting] = section(
		'Notifications that wait',
		notifications.map(queue => {
			const text = waitingText(queue, options.now);
			return queue.attempts === 0 ? text : options.paint.warn(text);
		}),
		options,
	);
	return [...agents.map(agent => agentText(agent, options)), waiting.join('\n')]
		.filter(text => text !== '')
		.join('\n\n');
};
