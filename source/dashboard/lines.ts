import {askLine} from '../console/ask-in-lines.ts';
import {counted} from '../counted.ts';
import {UserError} from '../errors.ts';
import {command} from '../hint.ts';
import {renderError} from '../output/errors.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {createTerminal} from '../output/terminal.ts';
import type {EnvironmentView, ObjectView} from '../ui/dashboard/data.ts';
import {createMatrix} from '../ui/dashboard/matrix.ts';
import {agentNotes} from '../ui/dashboard/notes.ts';
import {summaryOf} from '../ui/dashboard/rows.ts';
import type {ScreenFlags} from '../workspace/flags.ts';
import {here} from '../workspace/invocation.ts';
import {createConnections} from './connections.ts';
import {readReports} from './follow-agents.ts';
import {askEngines, type Files, problemOf, readCopies, readDrift, readFiles, viewEnvironments} from './world.ts';

const verbs = ['plan', 'apply', 'restart', 'stop', 'start', 'rollback', 'promote', 'discard', 'destroy'] as const;
const isVerb = (text: string): text is (typeof verbs)[number] => verbs.some(verb => verb === text);

async function readEnvironments(files: Files): Promise<EnvironmentView[]> {
	const [engines, agents] = await Promise.all([askEngines(files), readReports(files)]);
	const drift = new Map<string, Awaited<ReturnType<typeof readDrift>>>();
	for (const {name, state, directory, connection} of files.environments)
		if (state && files.project) drift.set(name, await readDrift(connection, files.project, state, directory));
	return viewEnvironments(files, {engines, agents, drift});
}

/** One object as a sentence, then a line for each failure. */
export function speakObject({
	kind,
	name,
	state,
	url,
	asksPassword,
	failure,
	crashLoop,
	drift,
	isHeld,
}: ObjectView): string[] {
	const sentence = [
		`${kind} ${name}: ${state}`,
		...(url === null ? [] : [`at ${url}${asksPassword ? ', password required' : ''}`]),
		...(isHeld ? ['candidate held for promote'] : []),
		...drift.map(message => `changed outside Compartment: ${message}`),
	].join(', ');
	const cause = crashLoop
		? `, in a crash loop: it ${crashLoop.headlines.join(', ')}`
		: failure
			? `, its latest attempt failed: ${failure.headlines.join(', ')}`
			: '';
	const {lines} = crashLoop ?? failure ?? {lines: []};
	return [
		`${sentence}${cause}`,
		...(lines.length > 0 ? [`Last lines of ${name}:`, ...lines, `End of the lines of ${name}.`] : []),
	].map(line => sanitiseLine(line));
}

/** The agent of an environment as a sentence; undefined while nothing is known of it. */
export function speakAgent(environment: Pick<EnvironmentView, 'agent'>, now = Date.now()): string | undefined {
	const notes = agentNotes(environment, now);
	if (notes.length === 0) return undefined;
	const text = notes.map(note => note.text).join(', ');
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Asks for an environment, by number or name; undefined to quit. */
async function chooseEnvironment(
	environments: readonly EnvironmentView[],
	print: (text: string) => void,
): Promise<string | undefined> {
	print(`${counted(environments.length, 'environment')}.`);
	for (const [index, {environment, behind}] of createMatrix(environments, Date.now()).rows.entries()) {
		const older = behind.length === 0 ? '' : `, another environment has a newer image of ${behind.join(', ')}`;
		print(`${index + 1}. ${sanitiseLine(environment.name)}: ${sanitiseLine(summaryOf(environment).text + older)}`);
	}
	for (;;) {
		const answer = await askLine('Number or name of an environment, or quit: ');
		if (answer === '' || answer === 'q' || answer === 'quit') return undefined;
		const chosen = environments[Number(answer) - 1] ?? environments.find(({name}) => name === answer);
		if (chosen) return chosen.name;
		print('There is no such environment.');
	}
}

type Commands = {
	/** Runs a verb on an environment, like its command. */
	readonly run: (verb: (typeof verbs)[number], environment: string) => Promise<void>;
	readonly showLogs: (names: readonly string[], environment: string) => Promise<unknown>;
};

/** The dashboard as questions and answers in lines, without redrawing and symbols. */
export async function printDashboardLines(flags: ScreenFlags, {run, showLogs}: Commands): Promise<void> {
	const terminal = createTerminal(flags);
	const {print, paint, glyphs} = terminal;
	const connections = createConnections();
	let chosen = flags.env;
	for (;;) {
		const files = await readCopies(connections, await readFiles(connections));
		const problem = problemOf(files);
		if (problem || !files.name) throw files.trouble ?? new UserError('There is nothing to show.');
		const environments = await readEnvironments(files);
		if (chosen === undefined) {
			print(`Project ${sanitiseLine(files.name)}.`);
			chosen = await chooseEnvironment(environments, print);
			if (chosen === undefined) return;
		}
		const environment = environments.find(({name}) => name === chosen);
		if (!environment) throw new UserError(`There is no environment ${chosen}.`, {hint: command('environment list')});
		print(`Environment ${sanitiseLine(environment.name)}: ${sanitiseLine(summaryOf(environment).text)}.`);
		const agent = speakAgent(environment);
		if (agent !== undefined) print(glyphs.adapt(agent));
		for (const line of environment.objects.flatMap(speakObject)) print(glyphs.adapt(line));
		for (const message of environment.drift) print(`Changed outside Compartment: ${sanitiseLine(message)}`);
		print(`Actions: ${verbs.join(', ')}, logs, back, quit.`);
		const answer = await askLine('Action, or enter to refresh: ');
		if (answer === 'q' || answer === 'quit') return;
		if (answer === 'back') chosen = undefined;
		else if (isVerb(answer) || answer.startsWith('logs')) {
			try {
				if (isVerb(answer)) await run(answer, environment.name);
				else await showLogs(answer.split(/\s+/).slice(1), environment.name);
			} catch (error) {
				if (!(error instanceof UserError)) throw error;
				process.stderr.write(`${renderError(error, paint, here())}\n`);
			}
		} else if (answer !== '') print(`There is no action ${sanitiseLine(answer)}.`);
	}
}
