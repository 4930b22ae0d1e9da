import {rmSync} from 'node:fs';
import {compartment} from './cli.ts';
import {linesOf, run} from './processes.ts';
import type {Sandbox} from './sandbox.ts';

const withLabel = (label: string): string[] => ['--quiet', '--filter', `label=${label}`];

/** Disconnects first: an engine may count a container as connected that it has removed. */
async function removeNetwork(id: string): Promise<void> {
	const names = ['--format', '{{range .Containers}}{{println .Name}}{{end}}'];
	for (const name of await linesOf('docker', 'network', 'inspect', ...names, id))
		await run(['docker', 'network', 'disconnect', '--force', id, name]);
	const {code, stderr} = await run(['docker', 'network', 'rm', id]);
	if (code !== 0) process.stderr.write(`Network ${id} is left: ${stderr}`);
}

async function removeLabelled(label: string): Promise<void> {
	const containers = await linesOf('docker', 'ps', '--all', ...withLabel(label));
	// Stopped first: when an engine removes many running containers, it may count their networks as in use forever.
	if (containers.length > 0) {
		await run(['docker', 'stop', '--time', '0', ...containers]);
		await run(['docker', 'rm', '--force', '--volumes', ...containers]);
	}
	for (const network of await linesOf('docker', 'network', 'ls', ...withLabel(label))) await removeNetwork(network);
	const volumes = await linesOf('docker', 'volume', 'ls', ...withLabel(label));
	if (volumes.length > 0) await run(['docker', 'volume', 'rm', ...volumes]);
}

/** The sandbox's own images by name, because others may have the same id, and what was built for its project. */
async function removeImages(project: string, image: string): Promise<void> {
	const named = ['--filter', `reference=${image}`, '--filter', `reference=${image}-*`];
	const names = await linesOf('docker', 'images', '--format', '{{.Repository}}:{{.Tag}}', ...named);
	const label = `label=compartment.image.project=${project}`;
	const built = await linesOf('docker', 'images', '--quiet', '--no-trunc', '--filter', label);
	const all = new Set([...names, ...built]);
	if (all.size > 0) await run(['docker', 'image', 'rm', '--force', ...all]);
}

/** Removes everything of a sandbox, whatever state it is in. */
export async function removeSandbox({directory, name, image, env}: Sandbox): Promise<void> {
	await run(compartment('destroy', '--auto-approve', '--delete-data'), {cwd: directory, env});
	// The rest, with the router first: a network in use cannot be removed.
	const router = env['COMPARTMENT_ROUTER_NAME']!;
	await run(['docker', 'rm', '--force', '--volumes', router]);
	await run(['docker', 'volume', 'rm', '--force', router]);
	await removeLabelled(`compartment.project=${name}`);
	await removeLabelled(`com.docker.compose.project=${name}`);
	const own = ['--quiet', '--filter', `name=^compartment--${router}$`];
	for (const network of await linesOf('docker', 'network', 'ls', ...own)) await removeNetwork(network);
	await removeImages(name, image);
	rmSync(directory, {recursive: true, force: true});
}
