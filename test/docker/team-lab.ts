import {expect} from 'vitest';
import {expectError, type Sandbox} from './cli.ts';
import {addClient, type Client} from './second-client.ts';
import type {Sshd} from './sshd.ts';

export const apply = ['apply', '--auto-approve'] as const;

/** Somebody at a machine of their own, whose only way to an engine is a machine of their settings. */
export function addPerson(sandbox: Sandbox, sshd: Sshd, host: string): Client {
	const {PATH} = sshd.env();
	return addClient(sandbox, host, {host, env: {PATH, DOCKER_HOST: 'unix:///nowhere.sock'}});
}

const machine = ['machine', 'add', 'web1', 'ssh://deploy@lab'] as const;
const create = ['environment', 'create', 'production', '--engine', 'web1'] as const;

/** Two people with identities of their own who share an environment on another machine's engine. */
export async function openTeam(sandbox: Sandbox, sshd: Sshd): Promise<{readonly anna: Client; readonly ben: Client}> {
	const [anna, ben] = [addPerson(sandbox, sshd, 'annas-laptop'), addPerson(sandbox, sshd, 'bens-laptop')];
	await anna.succeed(machine);
	expect(await anna.succeed(create)).toContain('Its state is on the engine.');
	await anna.succeed(apply);
	await ben.succeed(machine);
	const refused = await ben.run(create);
	expectError(refused, /is not trusted: it was signed on another machine/);
	expect(refused.stderr).toMatch(/compartment variable recipients add age1/);
	const recipient = (await ben.succeed(['variable', 'recipients', 'show'])).trim();
	await anna.succeed(['variable', 'recipients', 'add', recipient]);
	expect(await ben.succeed(create)).toContain('on web1 (ssh://deploy@lab)');
	return {anna, ben};
}

/** Fails unless a plan of this client is empty. */
export async function expectNoChanges({run}: Client): Promise<void> {
	const outcome = await run(['plan', '--detailed-exitcode']);
	expect(outcome, `${outcome.stdout}${outcome.stderr}`).toMatchObject({exitCode: 0, stderr: ''});
	expect(outcome.stdout).toMatch(/^No changes\./m);
}
