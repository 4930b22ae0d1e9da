import {anotherPool} from '../engine/create-network.ts';
import type {Engine, EngineInfo} from '../engine/engine.ts';
import {command, hint} from '../hint.ts';
import {needsReplacement} from '../model/health.ts';
import {pickSubnet} from '../model/subnets.ts';
import {causeText, healthWord} from '../output/status/health-text.ts';
import {readContainerHealth} from '../refresh/read-vitals.ts';
import {findTakenPort} from '../router/port-owner.ts';
import {
	isKnownOutdated,
	type ObservedRouter,
	observeRouter,
	outdatedParts,
	type RouterOptions,
	readVersion,
	wantedVersion,
} from '../router/router.ts';
import type {EngineConnection} from '../workspace/workspace.ts';
import {type Check, check, type Finding} from './check.ts';

/** What the engine is and can. */
function describeEngine({version, apiVersion, hasBuildKit, hasInit, address}: EngineInfo): Finding {
	const message = `Docker ${version}, API ${apiVersion}${hasBuildKit ? ', BuildKit' : ', no BuildKit'} at ${address}`;
	if (hasInit) return message;
	return {
		status: 'warning',
		message: `${message}, without docker-init: a service that does not handle SIGTERM stops only after its grace time`,
		hint: 'Install it where the engine runs: apt-get install tini',
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

async function checkRouter(engine: Engine, router: RouterOptions): Promise<Finding> {
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
}

async function checkNetworks({engine, settings}: EngineConnection): Promise<Finding> {
	const subnet = pickSubnet(settings.networkPool, settings.networkPrefix, await engine.listSubnets());
	if (subnet) return `next free block of ${settings.networkPool}: ${subnet}`;
	return {status: 'problem', message: `${settings.networkPool} has no free block`, hint: anotherPool};
}

/** Checks an engine, and if it answers, its router and its networks. */
export async function checkEngine(connection: EngineConnection): Promise<readonly Check[]> {
	const {engine, router} = connection;
	const found = await check('engine', async () => describeEngine(await engine.info()));
	if (found.status === 'problem') return [found];
	return [
		found,
		await check('router', () => checkRouter(engine, router)),
		await check('networks', () => checkNetworks(connection)),
	];
}
