import {existsSync, mkdirSync, realpathSync, statSync} from 'node:fs';
import type {ContainerSpec, Engine, Labels} from '../../engine/engine.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {sha256} from '../../model/canonical.ts';
import {labels} from '../../model/labels.ts';
import {dockerConfigDirectory} from '../../registries/docker-config.ts';
import {configurationDirectory} from '../../settings/configuration-directory.ts';
import type {Settings} from '../../settings/settings.ts';
import {privateDirectoryMode} from '../../state/private-file.ts';
import {readRegistry} from '../registry.ts';
import {type Bundle, packBundle} from './bundle.ts';
import {containerVariables} from './variables.ts';

const repository = 'compartment-agent';

/** Has what the bundle needs, and is what the built-in builder uses for Node. */
const baseImage = 'node:24-slim';

const stopGraceSeconds = 60;

type InstallOptions = {
	readonly engine: Engine;
	readonly settings: Pick<Settings, 'backupDirectory' | 'acme'>;
	readonly env?: NodeJS.ProcessEnv;
};

/** Name and label of the container. Each user has one, and each configuration folder. */
function identityOf(env: NodeJS.ProcessEnv): {readonly name: string; readonly labels: Labels} {
	const config = configurationDirectory(env);
	return {name: `${repository}-${sha256(config).slice(0, 8)}`, labels: {[labels.agent]: config}};
}

/** Labels of its image, which may serve several users. */
const imageLabels = {[labels.agent]: 'image'};

/** The socket of an engine on this machine. @throws UserError for another engine, whose machine lacks our folders */
function socketOf({address, isLocal}: Pick<Engine, 'address' | 'isLocal'>): string {
	if (isLocal) return realpathSync(address.replace(/^\w+:\/\//, ''));
	throw new UserError(
		`The engine ${address} is not on this machine, so a container on it could not see your projects.`,
		{
			hint: hint`Install the agent here: ${command('agent install')}`,
		},
	);
}

/** What the command that installs the container decides for as long as it is installed. */
type Installation = {
	readonly variables: Readonly<Record<string, string>>;
	/** Folders and files that it sees besides the registered projects. */
	readonly places: readonly string[];
};

function newInstallation({settings, env = process.env}: InstallOptions): Installation {
	const config = configurationDirectory(env);
	mkdirSync(config, {recursive: true, mode: privateDirectoryMode});
	// The whole folder: a file in it is replaced when somebody logs in.
	const docker = dockerConfigDirectory(env);
	const places = [
		config,
		env['COMPARTMENT_IDENTITY_FILE'] ?? '',
		settings.backupDirectory,
		settings.acme.caFile,
		docker,
	];
	const variables = {...containerVariables(env), ...(existsSync(docker) ? {DOCKER_CONFIG: docker} : {})};
	return {variables, places: places.filter(place => place !== '')};
}

/** Folders that the agent works in. All have the same path inside, because states and locks are found by it. */
const foldersOf = ({places}: Installation, env: NodeJS.ProcessEnv): readonly string[] =>
	[...new Set([...places, ...readRegistry(env).map(({folder}) => folder)])].filter(place => existsSync(place));

/** What is written on the container: how it was installed, and what it sees. */
type Written = Installation & {readonly folders: readonly string[]};

function readWritten(text: string | undefined): Written | undefined {
	try {
		const {variables, places, folders} = JSON.parse(text ?? '') as Written;
		return Array.isArray(places) && Array.isArray(folders) ? {variables, places, folders} : undefined;
	} catch {
		return undefined;
	}
}

/** The container of the agent: as this user, with the engine's socket and the folders, and no capability. */
function agentSpec(
	{engine, env = process.env}: InstallOptions,
	installation: Installation,
): Omit<ContainerSpec, 'image'> & Required<Pick<ContainerSpec, 'binds'>> {
	const socket = socketOf(engine);
	const folders = [socket, ...foldersOf(installation, env)];
	const written: Written = {...installation, folders};
	const identity = identityOf(env);
	const user = process.getuid?.() ?? 0;
	return {
		...identity,
		labels: {...identity.labels, [labels.agentInstallation]: JSON.stringify(written)},
		env: {
			...installation.variables,
			DOCKER_HOST: `unix://${socket}`,
			COMPARTMENT_CONFIG_HOME: configurationDirectory(env),
		},
		// The machine's own network and name: a receiver of notifications may listen on it, and locks hold its name.
		attachments: [{network: 'host'}],
		binds: Object.fromEntries(folders.map(path => [path, {path}])),
		// Only the group of the socket may use it.
		user: `${user}:${statSync(socket).gid}`,
		capabilities: [],
		restart: {policy: 'unless-stopped'},
		stopGraceSeconds,
		hasInit: true,
	};
}

/** Our container; undefined without one. @throws UserError when the name belongs to another one */
async function findOwn({
	engine,
	env = process.env,
}: Pick<InstallOptions, 'engine' | 'env'>): Promise<string | undefined> {
	const {name, labels: own} = identityOf(env);
	const found = await engine.findByName('container', name);
	if (!found || found.labels[labels.agent] === own[labels.agent]) return found?.id;
	throw new UserError(`A container named ${name} exists that Compartment did not create.`, {
		hint: `Rename it: docker rename ${name} another-name`,
	});
}

async function removeContainer(engine: Engine, id: string): Promise<void> {
	// It finishes what it has begun.
	await engine.stop(id, stopGraceSeconds);
	await engine.remove(id);
}

/** Removes images of the agent, except one. One that a container uses stays, and so does one that somebody made from ours. */
async function removeImages(engine: Engine, kept?: string): Promise<void> {
	const unneeded = (await engine.listImages(imageLabels)).filter(({id}) => id !== kept);
	const names = unneeded.flatMap(({tags}) => tags).filter(tag => tag.startsWith(`${repository}:`));
	for (const name of names) await engine.removeImage(name);
}

/** An installed container: its name, and the folders that it sees. */
export type InstalledContainer = {readonly name: string; readonly folders: readonly string[]};

/** Builds the image of the agent from the bundle, and starts its container in place of the previous one. */
export async function installContainer(options: InstallOptions, bundle: Bundle): Promise<InstalledContainer> {
	const {engine} = options;
	const previous = await findOwn(options);
	const {binds, ...spec} = agentSpec(options, newInstallation(options));
	if (!(await engine.findImage(baseImage))) await engine.pullImage(baseImage, () => undefined);
	const {context, hash} = packBundle(bundle, baseImage);
	const reference = `${repository}:${hash}`;
	const request = {context, dockerfile: 'Dockerfile', reference, labels: imageLabels, args: {}};
	const image = await engine.buildImage(request, () => undefined);
	if (previous !== undefined) await removeContainer(engine, previous);
	await engine.run({...spec, binds, image: image.id, imageLabels: image.labels});
	await removeImages(engine, image.id);
	return {name: spec.name, folders: Object.keys(binds)};
}

/**
 * Replaces the container, if there is one, by one of the same image that sees the registered projects of now.
 * @returns whether it was replaced; false when there is none, or when it sees them already
 */
export async function updateContainer(options: InstallOptions): Promise<boolean> {
	const {engine} = options;
	// Its mounts are paths of this machine.
	if (!engine.isLocal) return false;
	const id = await findOwn(options);
	const found = id === undefined ? undefined : await engine.inspectContainer(id);
	if (!found) return false;
	const written = readWritten(found.labels[labels.agentInstallation]);
	const image = await engine.findImage(found.imageId);
	if (!written || !image) throw new UserError('it was installed by an older version');
	const spec = agentSpec(options, written);
	if (Object.keys(spec.binds).sort().join('\n') === [...written.folders].sort().join('\n')) return false;
	await removeContainer(engine, found.id);
	await engine.run({...spec, image: image.id, imageLabels: image.labels});
	return true;
}

/** Stops and removes the container and its images. Returns whether there was a container. */
export async function uninstallContainer(options: Pick<InstallOptions, 'engine' | 'env'>): Promise<boolean> {
	const found = await findOwn(options);
	if (found !== undefined) await removeContainer(options.engine, found);
	await removeImages(options.engine);
	return found !== undefined;
}
