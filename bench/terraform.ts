import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Peer} from './peers.ts';
import {runWell} from './processes.ts';
import type {Sandbox} from './sandbox.ts';

/** Applies one `terraform_data` per service of the sandbox, which needs no provider, and returns the folder. */
export async function applyTerraform({directory, image, services}: Sandbox, {env}: Peer): Promise<string> {
	const cwd = join(directory, 'terraform');
	mkdirSync(cwd);
	const blocks = services.map(
		service => `resource "terraform_data" "${service}" {\n  input = {\n    image = "${image}"\n  }\n}\n`,
	);
	writeFileSync(join(cwd, 'main.tf'), blocks.join('\n'));
	await runWell(['terraform', 'init', '-input=false', '-no-color'], {cwd, env});
	await runWell(['terraform', 'apply', '-auto-approve', '-input=false', '-no-color'], {cwd, env});
	return cwd;
}
