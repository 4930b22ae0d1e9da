import {isIPv4} from 'node:net';
import {isAbsolute, join, normalize, sep} from 'node:path';
import {nameIn, volumeAddress} from '../model/address.ts';
import {isId} from '../model/ids.ts';
import {isVolumeName, parseNetworkName, resourceContainerName, serviceContainerName} from '../model/names.ts';
import type {Backup} from './backup.ts';
import type {JournalEntry} from './journal-entry.ts';
import type {
	CertificateRecord,
	CertificateRequest,
	Deployment,
	EnvironmentName,
	JobRun,
	Lifetime,
	NetworkRecord,
	ResourceRecord,
	ScheduleRecord,
	State,
	VolumeRecord,
} from './state.ts';
import {isPatch} from './state-patch.ts';

/*
 * Values of a state or journal become arguments of engine calls, paths, and names of objects to remove. So even in a trusted
 * file, every id and path must have the form, and every name the value, that Compartment gives it.
 */

const isText = (value: unknown): value is string => typeof value === 'string';
const isName = (value: unknown): value is string => isText(value) && /^[a-z0-9][a-z0-9_.-]{0,62}$/.test(value);
const isContainerId = (value: unknown): boolean => isText(value) && /^[0-9a-f]{12,64}$/.test(value);
const isImageId = (value: unknown): boolean => isText(value) && /^(sha256:)?[0-9a-f]{64}$/.test(value);
/** A name as the engine accepts it, of an object that Compartment did not make. */
const isEngineName = (value: unknown): boolean => isText(value) && /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(value);
const isOpId = (value: unknown): boolean => isText(value) && /^op_[0-9a-f]{20}$/.test(value);
const isRecipient = (value: unknown): boolean => isText(value) && /^age1[0-9a-z]{6,2000}$/.test(value);
const isTime = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));
const isSubnet = (value: unknown): boolean => {
	const [address = '', prefix = ''] = isText(value) ? value.split('/') : [];
	return isIPv4(address) && /^\d{1,2}$/.test(prefix);
};

/** The first failed check, as a word for messages. */
type Check = readonly [isGood: boolean, what: string];
const firstBad = (checks: readonly Check[]): string | undefined => checks.find(([isGood]) => !isGood)?.[1];

function isNetwork({project, environment}: EnvironmentName, network: NetworkRecord, isMesh: boolean): boolean {
	if (!isText(network?.name) || !isSubnet(network.subnet)) return false;
	const {addressRange} = network;
	return (
		parseNetworkName(project, environment, network.name)?.isMesh === isMesh &&
		(addressRange === undefined || isSubnet(addressRange))
	);
}

const checkNetworks = (state: State): Check[] => {
	const {networks} = state;
	if (!networks) return [];
	const pairs = networks.other === undefined ? [networks] : [networks, networks.other];
	return pairs.flatMap((pair): Check[] => [
		[isNetwork(state, pair?.environment, false), 'network'],
		[isNetwork(state, pair?.mesh, true), 'network'],
	]);
};

function isVolume({project, environment}: EnvironmentName, address: string, volume: VolumeRecord): boolean {
	const [, resource = '', ...rest] = address.split('.');
	const handle = rest.join('.');
	return (
		isName(resource) &&
		isName(handle) &&
		address === volumeAddress(resource, handle) &&
		(volume?.isExternal
			? isEngineName(volume.name)
			: isVolumeName(volume?.name, project, environment, resource, handle))
	);
}

const isResource = ({project, environment}: EnvironmentName, key: string, record: ResourceRecord): boolean =>
	isName(key) &&
	record?.name === key &&
	record.containerName === resourceContainerName(project, environment, key) &&
	isContainerId(record.containerId) &&
	isImageId(record.imageId) &&
	(record.guests ?? []).every(guest => isEngineName(guest?.network) && guest.aliases.every(isText));

const isDeployment = ({project, environment}: EnvironmentName, key: string, deployment: Deployment): boolean =>
	isId('dpl', key) &&
	deployment?.id === key &&
	isId('run', deployment.run) &&
	isName(deployment.service) &&
	deployment.containerName === serviceContainerName(project, environment, deployment.service, key) &&
	(deployment.containerId === undefined || isContainerId(deployment.containerId)) &&
	isImageId(deployment.imageId) &&
	(deployment.address === undefined || isIPv4(deployment.address)) &&
	(deployment.port === undefined || (Number.isInteger(deployment.port) && deployment.port > 0)) &&
	(deployment.slot === undefined || deployment.slot === 'blue' || deployment.slot === 'green') &&
	(deployment.unfinishedRollback === undefined || isId('dpl', deployment.unfinishedRollback));

/** Whether a path is a backup's folder: it is named after the backup, whatever `backupDirectory` was. */
const isArtifactPath = (path: unknown, id: string): path is string =>
	isText(path) &&
	isAbsolute(path) &&
	normalize(path) === path &&
	!path.includes('\0') &&
	path.endsWith(`${sep}${join(id, 'artifact')}`);

const isBackup = (backup: Backup): boolean =>
	isId('rbak', backup?.id) &&
	isName(backup.resource) &&
	isOpId(backup.op) &&
	(backup.artifactLocation === null || isArtifactPath(backup.artifactLocation, backup.id)) &&
	(backup.restoringAs === undefined || isName(backup.restoringAs)) &&
	(backup.copies ?? []).every(copy => isName(copy?.store) && isTime(copy.at));

const isJobRun = (job: JobRun): boolean =>
	isId('job', job?.id) &&
	isName(job.service) &&
	(job.scheduledFor === undefined || isTime(job.scheduledFor)) &&
	(job.containerId === undefined || isContainerId(job.containerId));

const isSchedule = (record: ScheduleRecord): boolean =>
	isText(record?.schedule) &&
	isTime(record.since) &&
	Array.isArray(record.ran) &&
	record.ran.every(range => isTime(range?.from) && isTime(range.to));

const isLifetime = ({expiresAt, lifetimeMs, deletesData}: Lifetime): boolean =>
	isTime(expiresAt) && Number.isSafeInteger(lifetimeMs) && lifetimeMs > 0 && typeof deletesData === 'boolean';

const isHost = (text: string): boolean =>
	text.length <= 240 && /^(?:\*\.)?[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/.test(text);
const isFingerprint = (value: unknown): boolean => isText(value) && /^[0-9a-f]{64}$/.test(value);

const isCertificate = (host: string, record: CertificateRecord): boolean =>
	isHost(host) &&
	isFingerprint(record?.fingerprint) &&
	isTime(record.notBefore) &&
	isTime(record.notAfter) &&
	isText(record.ciphertext) &&
	isText(record.chain) &&
	/^(?:-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n)+$/.test(record.chain) &&
	(record.installed === undefined ||
		(isFingerprint(record.installed.fingerprint) && isTime(record.installed.notAfter)));

const isRequest = (host: string, {dnsCommand = '', failure}: CertificateRequest): boolean =>
	isHost(host) &&
	isText(dnsCommand) &&
	(failure === undefined || (isText(failure.message) && isTime(failure.at) && isTime(failure.retryAt)));

/** The part of a state that Compartment would not have written, as a word for messages; undefined if there is none. */
export function findStrange(state: State): string | undefined {
	const {
		project,
		environment,
		deployments,
		active,
		jobs,
		schedules = {},
		lifetime = null,
		backups,
		recipients,
		key,
	} = state;
	const length = [...environment].length;
	return firstBad([
		[/^[a-z][a-z0-9-]{0,62}$/.test(project), 'project'],
		[length >= 1 && length <= 63, 'environment'],
		...checkNetworks(state),
		...Object.entries(state.volumes).map(([address, volume]): Check => [isVolume(state, address, volume), 'volume']),
		...Object.entries(state.resources).map(([name, record]): Check => [isResource(state, name, record), 'resource']),
		...Object.entries(deployments).map(([id, each]): Check => [isDeployment(state, id, each), 'deployment']),
		...Object.entries(active).map(([service, id]): Check => [isName(service) && isId('dpl', id), 'active deployment']),
		...Object.entries(state.images).map(
			([service, image]): Check => [isName(service) && isImageId(image?.imageId), 'image'],
		),
		...jobs.map((job): Check => [isJobRun(job), 'job run']),
		...Object.entries(schedules).map(([name, each]): Check => [isName(name) && isSchedule(each), 'schedule']),
		...Object.entries(state.certificates ?? {}).map(
			([host, each]): Check => [isCertificate(host, each), 'certificate'],
		),
		...Object.entries(state.certificateRequests ?? {}).map(
			([host, each]): Check => [isRequest(host, each), 'request for a certificate'],
		),
		[lifetime === null || isLifetime(lifetime), 'lifetime'],
		...backups.map((backup): Check => [isBackup(backup), 'backup']),
		...recipients.map((recipient): Check => [isRecipient(recipient), 'recipient']),
		[key === null || (isText(key.ciphertext) && key.recipients.every(isRecipient)), 'key'],
	]);
}

const isIntent = ({project, environment}: EnvironmentName, entry: Extract<JournalEntry, {type: 'begin'}>): boolean => {
	const {intent} = entry;
	switch (intent.type) {
		case 'create-network':
			return isText(intent.name) && parseNetworkName(project, environment, intent.name) !== undefined;
		case 'create-volume':
		case 'build-image':
			return true;
		case 'run-candidate':
		case 'release':
			return isId('dpl', intent.deployment);
		case 'replace-resource':
			return (
				isName(intent.resource) &&
				(intent.adopted === undefined || isContainerId(intent.adopted)) &&
				intent.containerName === resourceContainerName(project, environment, intent.resource)
			);
		case 'adopt':
			return (
				/^(?:service|resource)\./.test(intent.address) &&
				(intent.containerName === undefined ||
					intent.containerName === resourceContainerName(project, environment, nameIn(intent.address))) &&
				intent.containers.every(({id, name}) => isContainerId(id) && isText(name))
			);
		case 'rotate':
			return isName(intent.resource);
		case 'switch':
			return Object.entries(intent.deployments).every(([service, id]) => isName(service) && isId('dpl', id));
		case 'retire':
			return intent.deployments.every(id => isId('dpl', id));
		case 'remove':
			return isText(intent.name);
		default:
			return false;
	}
};

/** Number (from 1) of the first line that Compartment would not write in this environment's journal, if any. */
export function findStrangeEntry(
	entries: readonly JournalEntry[],
	owner: EnvironmentName & {readonly lineage: string},
): number | undefined {
	const isGood = (entry: JournalEntry): boolean => {
		if (entry.type === 'open') return entry.lineage === owner.lineage;
		if (entry.type === 'begin') return isOpId(entry.op) && isIntent(owner, entry);
		if (entry.type === 'state') return isPatch(entry.patch);
		if (entry.type === 'done') return entry.patch === undefined || isPatch(entry.patch);
		return ['failed', 'close'].includes(entry.type);
	};
	const index = entries.findIndex(entry => !isGood(entry));
	return index === -1 ? undefined : index + 1;
}
