import {loadProject} from '../descriptor/load.ts';
import {UserError} from '../errors.ts';
import type {Machine} from '../settings/machines.ts';
import {readSettings} from '../settings/settings.ts';
import {type EngineRecord, readEngineRecord} from '../state/engine-record.ts';
import {hasEngineRecords} from '../state/engine-record-folder.ts';

/** Which engine a command connects to. Without a host, the one that the docker client would use. */
export type EngineChoice = {
	readonly host?: string;
	/** Folder of the certificates for this host. */
	readonly certificates?: string;
	/** The machine whose settings hold. */
	readonly machine?: string;
};

/** What `--remote` named; undefined without it. One per process. */
let given: EngineChoice | undefined;

/** The engine of a machine. */
export const engineOf = (name: string, {address, certificates}: Machine): EngineChoice => ({
	host: address,
	...(certificates === undefined ? {} : {certificates}),
	machine: name,
});

/**
 * Takes `--remote`: a machine, a docker context, or an address. From then on every command of this process, and every
 * docker client that it starts, uses this engine.
 */
export async function takeRemote(remote: string): Promise<void> {
	const isAddress = remote.includes('://') || remote.startsWith('/');
	const {machines} = await readSettings();
	const machine = Object.hasOwn(machines, remote) ? machines[remote] : undefined;
	given = machine ? engineOf(remote, machine) : {};
	if (machine) {
		const {address, certificates} = machine;
		setVariables({DOCKER_HOST: address, DOCKER_CONTEXT: '', ...(certificates ? tlsVariables(certificates) : {})});
		return;
	}
	const contexts = isAddress ? [] : (await import('../engine/docker-address.ts')).dockerContexts();
	if (!isAddress && !contexts.includes(remote)) {
		const names = Object.keys(machines);
		throw new UserError(`no engine is named ${remote}`, {
			hint: `${names.length === 0 ? '' : `Machines: ${names.join(', ')}. `}Docker contexts: ${contexts.join(', ')}. Or pass an address, such as ssh://user@host, tcp://host:2376 or unix:///path/to/docker.sock.`,
		});
	}
	setVariables({DOCKER_HOST: isAddress ? remote : '', DOCKER_CONTEXT: isAddress ? '' : remote});
}

const tlsVariables = (folder: string) => ({DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder});

const setVariables = (variables: Readonly<Record<string, string>>): void => void Object.assign(process.env, variables);

/** The engine that was recorded for an environment of the project in this folder. */
export async function findRecord(environment: string): Promise<EngineRecord | undefined> {
	if (!hasEngineRecords()) return undefined;
	// Whoever needs the project reports what is wrong with it.
	const project = await loadProject(process.cwd()).catch(() => undefined);
	return project && readEngineRecord({project: project.name, environment});
}

/** The engine of a record: at the address that its machine has now, as long as that is the same engine. */
export async function engineOfRecord({machine, engine}: EngineRecord): Promise<EngineChoice> {
	const {machines} = await readSettings();
	const known = machine !== null && Object.hasOwn(machines, machine) ? machines[machine] : undefined;
	const isSame = known !== undefined && (known.engine === undefined || known.engine === engine.id);
	return machine !== null && isSame ? engineOf(machine, known) : {host: engine.address};
}

/**
 * The engine of a command: `--remote`, else the one that was chosen for its environment, else the one that the docker client
 * would use.
 * @param environment undefined for a command without one
 */
export async function chooseEngine(environment: string | undefined): Promise<EngineChoice> {
	if (given) return given;
	const record = environment === undefined ? undefined : await findRecord(environment);
	return record ? engineOfRecord(record) : {};
}
