import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {run, runWell} from './processes.ts';

/** A tool to compare Compartment with, and the environment of its process. */
export type Peer = {readonly version: string; readonly env: NodeJS.ProcessEnv};

export type Peers = {readonly terraform: Peer | undefined; readonly compose: Peer | undefined};

const fetchedFolder = join(tmpdir(), 'compartment-bench-peers');

async function findTerraform(): Promise<Peer | undefined> {
	// It would check for a newer version on every run, and warn about a missing configuration file.
	const env: NodeJS.ProcessEnv = {...process.env, CHECKPOINT_DISABLE: '1'};
	const configuration = env['TF_CLI_CONFIG_FILE'];
	if (configuration !== undefined && !existsSync(configuration)) delete env['TF_CLI_CONFIG_FILE'];
	const found = await run(['terraform', 'version', '-json'], {env}).catch(() => undefined);
	if (found?.code !== 0) return;
	const {terraform_version: version} = JSON.parse(found.stdout) as {terraform_version: string};
	return {version, env};
}

async function askCompose(env: NodeJS.ProcessEnv): Promise<Peer | undefined> {
	const found = await run(['docker', 'compose', 'version', '--short'], {env}).catch(() => undefined);
	return found?.code === 0 ? {version: found.stdout.trim(), env} : undefined;
}

/** The installed docker compose, else one unpacked into a separate folder without installing it. */
async function findCompose(): Promise<Peer | undefined> {
	const installed = await askCompose(process.env);
	if (installed) return installed;
	const env = {...process.env, DOCKER_CONFIG: fetchedFolder};
	const fetched = await askCompose(env);
	if (fetched) return fetched;
	const script = fileURLToPath(new URL('peers.sh', import.meta.url));
	try {
		await runWell(['bash', script, fetchedFolder]);
	} catch (error) {
		process.stderr.write(`docker compose is not measured: ${error instanceof Error ? error.message : error}\n`);
		return;
	}
	return askCompose(env);
}

/** Finds terraform and docker compose. A missing one is left out of the tables. */
export async function findPeers(): Promise<Peers> {
	const [terraform, compose] = await Promise.all([findTerraform(), findCompose()]);
	return {terraform, compose};
}
