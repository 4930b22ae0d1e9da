import {counted} from '../../counted.ts';
import {loadProject} from '../../descriptor/load.ts';
import {anotherPool} from '../../engine/create-network.ts';
import {connectDocker} from '../../engine/docker.ts';
import type {Engine} from '../../engine/engine.ts';
import {exitCodes, messageOf, UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {needsReplacement} from '../../model/health.ts';
import {pickSubnet} from '../../model/subnets.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {causeText, healthWord} from '../../output/status/health-text.ts';
import {createTerminal} from '../../output/terminal.ts';
import {readContainerHealth} from '../../refresh/read-vitals.ts';
import {readAgents} from '../../report/agent.ts';
import {checkAgent, checkDisk, checkNotifications} from '../../report/agent-checks.ts';
import type {Check, Finding} from '../../report/check.ts';
import {routerOptions} from '../../router/from-settings.ts';
import {findTakenPort} from '../../router/port-owner.ts';
import {
	isKnownOutdated,
	type ObservedRouter,
	observeRouter,
	outdatedParts,
	type RouterOptions,
	readVersion,
	wantedVersion,
} from '../../router/router.ts';
import {findAcmeGap} from '../../settings/acme.ts';
import {readSettings} from '../../settings/settings.ts';
import {checkDirectory} from '../../state/directory.ts';
import {listEnvironments} from '../../state/environments.ts';
import {identityPath} from '../../state/identity.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

/** Runs one check; an error is a problem. */
async function check(name: string, run: () => Promise<Finding> | Finding): Promise<Check> {
	try {
		const finding = await run();
		return typeof finding === 'string' ? {name, status: 'ok', message: finding} : {name, ...finding};
	} catch (error) {
		const hint = error instanceof UserError ? error.hint : undefined;
		return {name, status: 'problem', message: messageOf(error), hint};
	}
}

function checkNode(): Finding {
	const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
	if (major > 22 || (major === 22 && minor >= 12)) return `Node ${process.versions.node}`;
	return {
		status: 'problem',
		message: `Node ${process.versions.node} is too old`,
		hint: 'Install Node 22.12 or newer.',
	};
}

/** Checks for restarts: between them, a restarting router runs. */
async function checkRestarts(engine: Engine, {name}: RouterOptions, containerId: string): Promise<Finding | undefined> {
	const health = await readContainerHealth(engine, containerId);
	if (health.restarts === 0 || (!needsReplacement(health) && health.state !== 'degraded')) return undefined;
	return {
		status: needsReplacement(health) ? 'problem' : 'warning',
		message: `${name} is ${healthWord(health)}: ${causeText(health)}`,
		hint: `docker logs --tail 20 ${name}`,
	};
}

async function checkRunningRouter(engine: Engine, router: RouterOptions, observed: ObservedRouter): Promise<Finding> {
	const [parts, version] = await Promise.all([
		outdatedParts(engine, router, observed),
		readVersion(engine, observed.containerId!),
	]);
	const [part] = parts;
	if (part)
		return {
			status: 'warning',
			message: `${router.name} is outdated: ${part.name} is ${part.before}, should be ${part.after}`,
			hint: hint`The next apply replaces it; ${command('plan')} shows it.`,
		};
	if (version !== undefined && isKnownOutdated(version))
		return {
			status: 'warning',
			message: `${router.name} runs HAProxy ${version}, which lacks security fixes of ${wantedVersion}`,
			hint: hint`${command('settings set', 'routerImage', `haproxy:${wantedVersion}-alpine`)}, then ${command('apply')}`,
		};
	const using = `with HAProxy ${version ?? 'of an unknown version'}`;
	if (observed.publishes?.some(address => address.endsWith(`:${router.tlsPort}`)))
		return `${router.name} serves ${router.listen}:${router.port} and :${router.tlsPort} ${using}`;
	return {
		status: 'warning',
		message: `${router.name} serves ${router.listen}:${router.port} ${using}, without https: port ${router.tlsPort} was taken`,
		hint: hint`For certificates choose another port: ${command('settings set', 'routerTlsPort', String(router.tlsPort + 1))}`,
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

async function runChecks(): Promise<Check[]> {
	const settings = await readSettings();
	const engine = connectDocker();
	const router = routerOptions(settings);
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
	const info = await check('engine', async () => {
		const {version, apiVersion, hasBuildKit, hasInit, address} = await engine.info();
		const message = `Docker ${version}, API ${apiVersion}${hasBuildKit ? ', BuildKit' : ', no BuildKit'} at ${address}`;
		if (hasInit) return message;
		return {
			status: 'warning',
			message: `${message}, without docker-init: a service that does not handle SIGTERM stops only after its grace time`,
			hint: 'Install it where the engine runs: apt-get install tini',
		};
	});
	checks.push(info);
	if (info.status === 'problem') return checks;
	checks.push(
		await check('router', async () => {
			const observed = await observeRouter(engine, router);
			const {state, containerId} = observed;
			const restarts =
				containerId === undefined || state === 'foreign' ? undefined : await checkRestarts(engine, router, containerId);
			if (restarts) return restarts;
			if (state === 'running') return checkRunningRouter(engine, router, observed);
			if (state === 'foreign')
				return {
					status: 'problem',
					message: `container ${router.name} was not created by Compartment`,
					hint: `docker rename ${router.name} another-name`,
				};
			const taken = await findTakenPort(engine, router);
			if (taken)
				return {
					status: taken.isOptional ? 'warning' : 'problem',
					message: `port ${taken.port} is taken by ${taken.owner}${taken.isOptional ? '; the router can start without https' : ''}`,
					hint: command('settings set', taken.setting, String(taken.port + 1)),
				};
			return `${state}, created when an apply needs it; ${router.listen}:${router.port} and :${router.tlsPort} are free`;
		}),
		await check('networks', async () => {
			const subnet = pickSubnet(settings.networkPool, settings.networkPrefix, await engine.listSubnets());
			if (subnet) return `next free block of ${settings.networkPool}: ${subnet}`;
			return {
				status: 'problem',
				message: `${settings.networkPool} has no free block`,
				hint: anotherPool,
			};
		}),
	);
	return checks;
}

/** `compartment doctor`: checks what Compartment needs on this machine, with a hint for each problem. */
export async function doctor(flags: CommonFlags): Promise<number> {
	const {print, paint} = createTerminal(flags);
	const checks = (await runChecks()).map(found => ({
		...found,
		hint: found.hint === undefined ? undefined : hintText(found.hint),
	}));
	const isHealthy = checks.every(({status}) => status !== 'problem');
	if (isJson(flags)) process.stdout.write(jsonDocument({isHealthy, checks}));
	else {
		const marks = {ok: paint.ok('ok     '), warning: paint.warn('warning'), problem: paint.fail('problem')};
		for (const {name, status, message, hint} of checks) {
			print(
				`${marks[status]}  ${name.padEnd(10)}  ${sanitiseText(message).replaceAll('\n', '\n                     ')}`,
			);
			if (hint !== undefined) print(`                     ${paint.dim(sanitiseText(hint))}`);
		}
	}
	return isHealthy ? exitCodes.done : exitCodes.error;
}
