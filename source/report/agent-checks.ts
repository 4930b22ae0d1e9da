import {freeText} from '../agent/disk-level.ts';
import {readRegistry} from '../agent/registry.ts';
import {counted} from '../counted.ts';
import {command} from '../hint.ts';
import {actionText} from '../output/agent/agent-event.ts';
import {agentStateText, nextText, reportOf} from '../output/agent/agent-words.ts';
import {waitingText} from '../output/agent/waiting-text.ts';
import {formatAge} from '../output/duration.ts';
import type {readAgents} from './agent.ts';
import type {Finding} from './check.ts';

type Known = Awaited<ReturnType<typeof readAgents>>;

const hint = command('agent status');

/** Whether an agent runs, which registered projects need: since when, what it did last, and what comes next. */
export function checkAgent({agents}: Known, now: number): Finding {
	const projects = readRegistry();
	const running = agents.filter(({isRunning}) => isRunning);
	const registered = counted(projects.length, 'registered project');
	if (running.length === 0)
		return projects.length === 0
			? 'none runs, and no project is registered'
			: {status: 'warning', message: `none runs for ${registered}`, hint: command('agent run')};
	const reports = running.map(agent => reportOf(agent, true));
	const message = reports
		.map(report => {
			const {lastAction: last, next} = report;
			return [
				`${agentStateText(report, now).text}, ${registered}`,
				...(last ? [`last ${formatAge(last.at, now)} ago: ${actionText(last)}`] : []),
				...(next ? [`next: ${nextText(next, now, {isPlaced: true})}`] : []),
			].join('\n');
		})
		.join('\n');
	return reports.some(({lostSince}) => lostSince !== null) ? {status: 'warning', message, hint} : message;
}

/** Notifications that could not be delivered; undefined when there is none. */
export function checkNotifications({notifications}: Known, now: number): Finding | undefined {
	const failing = notifications.filter(({attempts}) => attempts > 0);
	if (failing.length === 0) return undefined;
	return {status: 'warning', message: failing.map(queue => waitingText(queue, now)).join('\n'), hint};
}

/** What running agents know of the disks of their engines; undefined when they know nothing. */
export function checkDisk({agents}: Known): Finding | undefined {
	const disks = agents.flatMap(({isRunning, status}) => (isRunning && status.disk ? [status.disk] : []));
	if (disks.length === 0) return undefined;
	const message = disks.map(disk => `${freeText(disk)} free on the disk of the engine`).join('\n');
	return disks.some(({isLow}) => isLow) ? {status: 'warning', message, hint: 'docker system df'} : message;
}
