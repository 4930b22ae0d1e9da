import {UserError} from '../errors.ts';
import type {PrepareFacts} from './prepare-facts.ts';

/** One command on the machine, and why. */
export type PrepareCommand = {readonly line: string; readonly reason: string};

/** The first releases whose own package is new enough. */
const oldest: Readonly<Record<string, number>> = {debian: 11, ubuntu: 20.04};

const manual =
	'Install Docker there as https://docs.docker.com/engine/install/ says, and add your user to the group docker.';

/** Waits for an upgrade that a new machine often starts with. */
const apt = 'env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120';

/**
 * The engine of the distribution: its keys are on the machine already, and its security updates come with all others. AppArmor's
 * program and the firewall's are what the engine needs and only recommends.
 */
const packages = 'docker.io iptables apparmor ca-certificates';

/** @throws UserError for a system that this does not know */
function assertKnown({system, version, title}: PrepareFacts): void {
	const least = Object.hasOwn(oldest, system) ? oldest[system]! : undefined;
	if (least === undefined)
		throw new UserError(`The machine runs ${title}; Docker can be installed on Debian and Ubuntu only.`, {
			hint: manual,
		});
	// A release that is being prepared has no number.
	if (version !== '' && Number(version) < least)
		throw new UserError(
			`The machine runs ${title}, whose Docker is too old: ${system} ${least.toFixed(system === 'ubuntu' ? 2 : 0)} or newer is needed.`,
			{
				hint: 'Upgrade the system, or use another machine.',
			},
		);
}

const plain = (facts: PrepareFacts): readonly PrepareCommand[] => {
	const {docker, isRunning, isEnabled, user, groups} = facts;
	const isInstalled = docker !== undefined || isRunning;
	const hasGroup = user === 'root' || groups.includes('docker');
	const start = isEnabled === undefined ? 'service docker start' : 'systemctl enable --now docker';
	return [
		...(isInstalled
			? []
			: [
					{line: `${apt} update`, reason: 'reads which packages the system has'},
					{
						line: `${apt} install -y --no-install-recommends ${packages}`,
						reason: 'installs the Docker that the system brings, and what it needs',
					},
				]),
		...(isRunning && isEnabled !== false ? [] : [{line: start, reason: 'starts it, now and with the machine'}]),
		...(hasGroup
			? []
			: [
					{
						line: `usermod -aG docker ${user}`,
						reason: `lets ${user} use it; who is in this group can become root on the machine`,
					},
				]),
	];
};

/**
 * The commands that prepare a machine for Compartment, in order; none if nothing is missing. Pure.
 * @throws UserError for another system, or a user who cannot become root: the hint lists what to do
 */
export function planPreparation(facts: PrepareFacts): readonly PrepareCommand[] {
	assertKnown(facts);
	const {user, root} = facts;
	if (!/^[a-z_][a-z0-9_.-]*$/i.test(user)) throw new UserError('The machine does not say who its user is.');
	const commands = plain(facts);
	if (commands.length === 0 || root === 'is') return commands;
	if (root === 'no')
		throw new UserError(`${user} cannot become root on the machine without a password.`, {
			hint: ['Use an address with root, or run this there as root:', ...commands.map(({line}) => `  ${line}`)].join(
				'\n',
			),
		});
	return commands.map(({line, reason}) => ({line: `sudo -n ${line}`, reason}));
}
