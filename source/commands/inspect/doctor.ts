import {showChecks} from '../../console/show-checks.ts';
import {counted} from '../../counted.ts';
import {loadProject} from '../../descriptor/load.ts';
import {readAgents} from '../../report/agent.ts';
import {checkAgent, checkDisk, checkNotifications} from '../../report/agent-checks.ts';
import {type Check, check, type Finding} from '../../report/check.ts';
import {checkMachine} from '../../report/check-machine.ts';
import {checkEngine} from '../../report/engine-checks.ts';
import {findAcmeGap} from '../../settings/acme.ts';
import {checkDirectory} from '../../state/directory.ts';
import {listEnvironments} from '../../state/environments.ts';
import {identityPath} from '../../state/identity.ts';
import type {CommonFlags} from '../../workspace/flags.ts';
import {openEngine} from '../../workspace/workspace.ts';

function checkNode(): Finding {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major > 22 || (major === 22 && minor >= 12)) return `Node ${process.versions.node}`;
	return {
		status: 'problem',
		message: `Node ${process.versions.node} is too old`,
		hint: 'Install Node 22.12 or newer.',
	};
}

/** What agents do, and what they report; the last two only when there is something to say. */
async function checkAgents(): Promise<Check[]> {
	const now = Date.now();
	let known: Awaited<ReturnType<typeof readAgents>> | undefined;
	const agent = await check('agent', async () => {
		known = await readAgents();
		return checkAgent(known, now);
	});
	if (!known) return [agent];
	const [notifications, disk] = [checkNotifications(known, now), checkDisk(known)];
	return [
		agent,
		...(notifications === undefined ? [] : [await check('notify', () => notifications)]),
		...(disk === undefined ? [] : [await check('disk', () => disk)]),
	];
}

async function runChecks(): Promise<readonly Check[]> {
	const connection = await openEngine();
	const {settings} = connection;
	const checks = [
		await check('node', checkNode),
		await check('descriptor', async () => {
			const {name, services, resources} = await loadProject(process.cwd());
			return `project ${name}: ${counted(services.length, 'service')}, ${counted(resources.length, 'resource')}`;
		}),
		await check('state', async () => {
			const {directory} = await loadProject(process.cwd());
			const environments = await listEnvironments(directory);
			const broken = environments.find(({problem}) => problem !== undefined);
			if (broken) return {status: 'problem', message: `environment ${broken.environment}: ${broken.problem}`};
			const warnings = environments.flatMap(({environment}) => checkDirectory(directory, environment));
			if (warnings[0] !== undefined) return {status: 'warning', message: warnings[0]};
			return counted(environments.length, 'environment');
		}),
		await check('identity', () => `${identityPath()} (created when first needed)`),
		...(await checkAgents()),
	];
	const gap = findAcmeGap(settings);
	if (gap) checks.push({name: 'acme', status: 'warning', ...gap});
	return [...checks, ...(await (connection.engine.isLocal ? checkEngine : checkMachine)(connection))];
}

/** `compartment doctor`: checks what Compartment needs on this machine, with a hint for each problem. */
export async function doctor(flags: CommonFlags): Promise<number> {
	return showChecks(await runChecks(), flags);
}
