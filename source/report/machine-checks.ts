import {freeText, isLow} from '../agent/disk-level.ts';
import type {EngineInfo} from '../engine/engine.ts';
import {isSamePlatform, platformOf} from '../engine/platform.ts';
import {command} from '../hint.ts';
import type {RouterOptions} from '../router/router.ts';
import type {Machine} from '../settings/machines.ts';
import {isLoopback} from '../settings/settings.ts';
import type {Check, Finding} from './check.ts';
import type {MachineFacts} from './machine-facts.ts';

/** What is known of a machine. */
export type Examined = {
	/** Its name and its entry in the settings; undefined for an engine that is none of them. */
	readonly machine: ({readonly name: string} & Machine) | undefined;
	readonly info: EngineInfo;
	/** Undefined unless it is reached over ssh. */
	readonly facts: MachineFacts | undefined;
	/** Whether the router runs there. */
	readonly hasRouter: boolean;
	readonly router: Pick<RouterOptions, 'listen' | 'port' | 'tlsPort'>;
};

/** The first API in which everything is that Compartment uses. */
const oldestApi = 41;

const needsSsh = 'not checked: that takes an address with ssh://';

function checkIdentity({machine, info}: Examined): Finding {
	if (machine?.engine === undefined || machine.engine === info.id) return `the engine is ${info.id}`;
	return {
		status: 'problem',
		message: `another engine answers than when ${machine.name} was added, so its environments are not there`,
		hint: `Correct the address of ${machine.name}. If you have reinstalled the machine, remove and add it.`,
	};
}

function checkVersion({info: {version, apiVersion}}: Examined): Finding {
	const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
	if (major > 1 || (major === 1 && minor >= oldestApi)) return `Docker ${version}`;
	return {
		status: 'problem',
		message: `Docker ${version} is too old: Compartment needs API 1.${oldestApi}`,
		hint: 'Upgrade it there: sudo apt-get install --only-upgrade docker.io, or docker-ce',
	};
}

function checkArchitecture({info: {architecture}}: Examined): Finding {
	if (architecture === '') return 'unknown';
	const [there, here] = [platformOf(architecture), platformOf(process.arch)];
	if (isSamePlatform(there, here)) return architecture;
	return `${architecture}, and this machine is ${here.architecture}: images are built there, and prebuilt ones must be for ${there.architecture}`;
}

/** Docker refuses certificates and logs lie when clocks differ; a second is the way there and back. */
function checkClock({info: {clockOffsetMs}}: Examined): Finding {
	const seconds = Math.round(Math.abs(clockOffsetMs) / 1000);
	if (seconds <= 2) return 'the same time as here';
	return {
		status: seconds > 30 ? 'problem' : 'warning',
		message: `${seconds} s ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} this machine`,
		hint: 'Set both by the network: sudo timedatectl set-ntp true',
	};
}

function checkUser({facts}: Examined): Finding {
	if (!facts) return needsSsh;
	if (facts.user === 'root') return 'root';
	return facts.groups.includes('docker') ? `${facts.user}, in the group docker` : facts.user;
}

function checkDisk({facts}: Examined): Finding {
	if (!facts) return needsSsh;
	if (!facts.disk) return {status: 'warning', message: 'the machine does not say how full its disk is'};
	const message = `${freeText(facts.disk)} free`;
	return isLow(facts.disk, false)
		? {status: 'warning', message, hint: 'See what takes the space: docker system df'}
		: message;
}

const listenPublicly = ({name, address}: NonNullable<Examined['machine']>) =>
	command('machine add', name, address, '--setting', 'routerListen=0.0.0.0', '--setting', 'routerPort=80');

/** A router that only its own machine reaches is of little use on another one. */
function checkListen({machine, router: {listen}}: Examined): Finding {
	if (!isLoopback(listen)) return `the router listens on ${listen}`;
	return {
		status: 'warning',
		message: `the router listens on ${listen}, which nobody reaches but the machine itself`,
		...(machine && {hint: listenPublicly(machine)}),
	};
}

function checkPorts({facts, router, hasRouter}: Examined): Finding {
	const ports = [router.port, router.tlsPort];
	if (hasRouter) return `the router has ${ports.join(' and ')}`;
	if (!facts) return needsSsh;
	const taken = ports.filter(port => facts.listening.includes(port));
	if (taken.length === 0) return `${ports.join(' and ')} are free`;
	return {
		status: 'problem',
		message: `something listens on ${taken.join(' and ')}, which the router needs`,
		hint: `Find and stop it there: sudo ss -ltnp 'sport = :${taken[0]}'`,
	};
}

function checkFirewall({facts}: Examined): Finding {
	if (!facts) return needsSsh;
	const {forwards, forwardRules} = facts;
	if (forwards === false)
		return {
			status: 'problem',
			message: 'the kernel does not forward packets, so containers reach nothing',
			hint: 'sudo sysctl -w net.ipv4.ip_forward=1, and put net.ipv4.ip_forward=1 into /etc/sysctl.d/99-docker.conf',
		};
	if (!forwardRules) return 'the kernel forwards packets; reading the rules takes root';
	const isDropped = forwardRules.includes('-P FORWARD DROP');
	const hasDocker = forwardRules.some(rule => /-j DOCKER/.test(rule));
	if (!isDropped || hasDocker) return 'lets containers through';
	return {
		status: 'problem',
		message: "drops what containers send: Docker's own rules are missing",
		hint: 'Another firewall removed them; this puts them back: sudo systemctl restart docker',
	};
}

const checks: readonly (readonly [name: string, run: (examined: Examined) => Finding])[] = [
	['identity', checkIdentity],
	['version', checkVersion],
	['processor', checkArchitecture],
	['clock', checkClock],
	['user', checkUser],
	['disk', checkDisk],
	['listen', checkListen],
	['ports', checkPorts],
	['firewall', checkFirewall],
];

/** What is right and wrong with a machine. Pure. */
export const examineMachine = (examined: Examined): readonly Check[] =>
	checks.map(([name, run]) => {
		const finding = run(examined);
		return typeof finding === 'string' ? {name, status: 'ok', message: finding} : {name, ...finding};
	});
