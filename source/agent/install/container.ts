import {existsSync, mkdirSync, realpathSync, statSync} from 'node:fs';
import type {ContainerSpec, Engine, Labels} from '../../engine/engine.ts';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {sha256} from '../../model/canonical.ts';
import {labels} from '../../model/labels.ts';
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
	readonly settings: Pick<Settings, 'backupDirectory'>;
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
function socketOf({address}: Pick<Engine, 'address'>): string {
	if (address.startsWith('unix://')) return realpathSync(address.slice('unix://'.length));
	throw new UserError(
		`The engine ${address} is not on this machine, so a container on it could not see your projects.`,
		{
			hint: hint`Install the agent here: ${command('agent install')}`,
		},
	);
}

/** Folders that the agent works in. All have the same path inside, because states and locks are found by it. */
function foldersOf({settings, env = process.env}: InstallOptions): readonly string[] {
	const config = configurationDirectory(env);
	mkdirSync(config, {recursive: true, mode: privateDirectoryMode});
	const identity = env['COMPARTMENT_IDENTITY_FILE'] ?? '';
	const places = [config, identity, settings.backupDirectory, ...readRegistry(env).map(({folder}) => folder)];
	return [...new Set(places)].filter(place => place !== '' && existsSync(place));
}

/** The container of the agent: as this user, with the engine's socket and the folders, and no capability. */
function agentSpec(options: InstallOptions): Omit<ContainerSpec, 'image'> & Required<Pick<ContainerSpec, 'binds'>> {
	const {engine, env = process.env} = options;
	const socket = socketOf(engine);
	const folders = [socket, ...foldersOf(options)];
	const user = process.getuid?.() ?? 0;
	return {
		...identityOf(env),
		env: {
			...containerVariables(env),
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
	const {binds, ...spec} = agentSpec(options);
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

/** Stops and removes the container and its images. Returns whether there was a container. */
export async function uninstallContainer(options: Pick<InstallOptions, 'engine' | 'env'>): Promise<boolean> {
	const found = await findOwn(options);
	if (found !== undefined) await removeContainer(options.engine, found);
	await removeImages(options.engine);
	return found !== undefined;
}
