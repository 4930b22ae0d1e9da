import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, inject} from 'vitest';
import type {Facts} from './ci-pipelines.ts';
import {buildRunnerImage, type CiLab, packCli} from './ci-runner.ts';
import {type Sandbox, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {type Sshd, withSshd} from './sshd.ts';

/** A project, a server that only ssh reaches, and what a pipeline needs to deploy there. */
export type PipelineLab = CiLab & {
	readonly sandbox: Sandbox;
	/** By what the examples call them. */
	readonly secrets: Facts;
};

/** The files of the examples that users copy. */
export const exampleFile = (name: 'github.yml' | 'gitlab.yml'): string =>
	readFileSync(new URL(`../../examples/ci/${name}`, import.meta.url), 'utf8');

async function prepare(sandbox: Sandbox, sshd: Sshd, folder: string): Promise<Omit<PipelineLab, 'sandbox'>> {
	buildRunnerImage();
	const identityFile = join(folder, 'ci-identity');
	await sandbox.succeed(['variable', 'recipients', 'show'], {env: {COMPARTMENT_IDENTITY_FILE: identityFile}});
	const {COMPARTMENT_ROUTER_NAME, COMPARTMENT_ROUTER_PORT, COMPARTMENT_ROUTER_TLS_PORT, COMPARTMENT_NETWORK_POOL} =
		sandbox.env as Record<string, string>;
	const hostKey = sshd.exec('cat', '/etc/ssh/lab_host_key.pub').trim();
	return {
		folder: sandbox.folder,
		packageFile: packCli(inject('cli'), folder),
		network: ['--add-host', `web1.example.com:${sshd.exec('hostname', '-i').trim()}`],
		// Many sandboxes share this machine; the rest is as in the examples.
		variables: {
			...{COMPARTMENT_ROUTER_NAME, COMPARTMENT_ROUTER_PORT, COMPARTMENT_ROUTER_TLS_PORT, COMPARTMENT_NETWORK_POOL},
			COMPARTMENT_ROUTER_LISTEN: '127.0.0.1',
		} as Facts,
		secrets: {
			SSH_KEY: readFileSync(join(sshd.folder, 'id'), 'utf8').trimEnd(),
			SSH_KNOWN_HOSTS: `web1.example.com ${hostKey}`,
			COMPARTMENT_IDENTITY: readFileSync(identityFile, 'utf8'),
			COMPARTMENT_PACKAGE: '/compartment.tgz',
		},
	};
}

/** Opens a lab before the tests of a file, and removes it after them. */
export function withPipelineLab(): PipelineLab {
	const sshd = withSshd();
	const lab = {} as PipelineLab;
	const folder = mkdtempSync(join(tmpdir(), 'compartment-ci-'));
	const sandbox = withSandbox(opened => {
		opened.addService('web');
		opened.describe({services: {web: publicService('web')}});
	});
	beforeAll(async () => {
		Object.assign(lab, {sandbox, ...(await prepare(sandbox, sshd, folder))});
	}, 120_000);
	afterAll(() => rmSync(folder, {recursive: true}));
	return lab;
}
