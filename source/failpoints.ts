/**
 * Named places around every durable write. Tests crash at each of them, so a new write needs its names here. The
 * journaled writes of an apply have their own list below.
 */
const statePoints = [
	'state.before-write',
	'state.after-write',
	'state.after-archive',
	'state.before-rename',
	'state.after-rename',
	'state.after-sync',
	'journal.before-open',
	'journal.after-open',
	'journal.before-begin',
	'journal.after-begin',
	'journal.before-done',
	'journal.after-done',
	'journal.before-state',
	'journal.after-state',
	'journal.before-failed',
	'journal.after-failed',
	'journal.before-close',
	'journal.after-close',
	'journal.after-archive',
	'audit.before-append',
	'audit.after-append',
	'identity.before-create',
	'identity.after-create',
	'trust.before-write',
	'trust.after-write',
] as const;

/** Between the stages of moving a state to the engine or back. */
const migratePoints = ['migrate.after-begin', 'migrate.after-put', 'migrate.after-move'] as const;

/** The journaled writes of an apply, by the type of their intent. */
const journaledWrites = [
	'create-network',
	'create-volume',
	'build-image',
	'run-candidate',
	'replace-resource',
	'adopt',
	'rotate',
	'release',
	'switch',
	'retire',
	'remove',
] as const;

/** Around the engine call of each journaled write. */
const applyPoints = journaledWrites.flatMap(type => [`apply.before-${type}`, `apply.after-${type}`] as const);

/** Between the engine calls of one journaled write, where a crash leaves it half done. */
const innerPoints = [
	'build.after-start',
	'build.after-progress',
	'build.after-image',
	'candidate.after-open',
	'candidate.after-ready',
	'worker.after-stop',
	'resource.after-stop',
	'resource.after-rename',
	'resource.after-start',
	'resource.after-record',
	'adopt.after-policy',
	'adopt.after-stop',
	'adopt.after-start',
	'adopt.after-join',
	'adopt.after-rename',
	'rotate.after-prepare',
	'rotate.before-settle',
	'switch.after-stage',
	'switch.after-publish',
	'switch.between-names',
	'retire.after-drain',
	'retire.after-leave',
	'networks.after-create',
	'networks.after-connect',
	'networks.after-move',
	'networks.after-leave',
	'destroy.after-containers',
	'destroy.after-images',
] as const;

/** Between the stages of obtaining a certificate. */
const certificatePoints = [
	'certificate.after-answer',
	'certificate.after-issue',
	'certificate.after-store',
	'certificate.after-install',
] as const;

/** Between the stages of an access password rotation. */
const rotationPoints = [
	'rotate.after-mark',
	'rotate.after-both',
	'rotate.after-record',
	'rotate.after-withdraw',
] as const;

/** Between the stages of a recovery, which can itself be interrupted. */
const recoveryPoints = [
	'recover.before-outcome',
	'recover.after-outcome',
	'recover.after-discard',
	'recover.after-adopt',
	'recover.after-retire',
	'recover.after-settle',
] as const;

/** Between the stages of a backup or restore. */
const backupPoints = [
	'backup.after-record',
	'backup.after-stop',
	'backup.before-transfer',
	'backup.after-command',
	'backup.after-seal',
	'backup.after-manifest',
	'backup.after-success',
	'backup.before-remove',
	'store.after-record',
	'store.after-artifact',
	'store.after-manifest',
	'store.before-remove',
	'store.after-fetch',
	'restore.after-mark',
	'restore.after-stop',
	'restore.after-empty',
	'restore.after-command',
	'restore.after-ready',
] as const;

/** Between the stages of a scheduled run. */
const jobPoints = [
	'job.after-create',
	'job.after-record',
	'job.after-start',
	'job.before-end',
	'job.after-end',
] as const;

export const failpointNames = [
	...jobPoints,
	...statePoints,
	...migratePoints,
	...applyPoints,
	...innerPoints,
	...certificatePoints,
	...rotationPoints,
	...recoveryPoints,
	...backupPoints,
] as const;

export type FailpointName = (typeof failpointNames)[number];

const codes: Readonly<Record<string, string>> = {enospc: 'ENOSPC', full: 'ENOSPC', error: 'EIO'};

const hits = new Map<string, number>();

/**
 * Crashes here when the environment variable COMPARTMENT_FAILPOINT, `name[:n][:enospc|:full|:error]`, says so. The nth hit
 * (by default the first) kills the process with SIGKILL, or throws an error with the code ENOSPC or EIO. With `full`,
 * every later hit throws too, as on a disk that stays full.
 */
export function failpoint(name: FailpointName): void {
	const wanted = process.env['COMPARTMENT_FAILPOINT'];
	if (!wanted) return;
	const [wantedName, ...options] = wanted.split(':');
	assertKnown(wantedName!, options);
	if (wantedName !== name) return;
	const count = (hits.get(name) ?? 0) + 1;
	hits.set(name, count);
	const nth = options.find(option => /^\d+$/.test(option));
	const first = Number(nth ?? 1);
	if (options.includes('full') ? count < first : count !== first) return;
	const code = options.map(option => codes[option]).find(found => found !== undefined);
	if (code === undefined) process.kill(process.pid, 'SIGKILL');
	throw Object.assign(new Error(`${code}: failpoint ${name}`), {code});
}

/** Resets the counts, for tests that run in one process. */
export const resetFailpoints = (): void => hits.clear();

// A misspelt name would make a crash test pass without a crash.
function assertKnown(name: string, options: readonly string[]): void {
	if (!(failpointNames as readonly string[]).includes(name))
		throw new Error(`COMPARTMENT_FAILPOINT: unknown failpoint "${name}"`);
	const unknown = options.find(option => !/^[1-9]\d*$/.test(option) && codes[option] === undefined);
	if (unknown !== undefined)
		throw new Error(`COMPARTMENT_FAILPOINT: "${unknown}" is not a count, enospc, full or error`);
}
