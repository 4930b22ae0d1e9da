/**
 * Tests that need an engine of this machine by their nature, and why: whole files, or a test by `file: what`. `npm run
 * test:ssh` leaves them out; everything else has to pass through ssh.
 */
export const localEngineOnly = {
	'docker-connection': 'is about connections to sockets and ports of this machine, and what is said when they fail',
	'agent-install': 'an agent in a container works where the projects are, so it refuses the engine of another machine',
	'ssh-cut': 'starts its own machines, to test ssh itself',
	'backup-store-ssh': 'starts its own machines, to test stores over ssh',
	'ssh-cli': 'is about ssh itself, with machines of its own',
	'ssh-contract': 'is about ssh itself, with machines of its own',
	'ssh-machine': 'is about ssh itself, with machines of its own',
	'ssh-terminal': 'is about ssh itself, with machines of its own',
	'ssh-tunnel': 'is about ssh itself, with machines of its own',
	'cli-drift: router':
		'the router of another machine keeps the state, so without it a plan has nothing to compare with',
	'cli-environments: another folder': 'with its state on the engine, another folder has the same environment',
	'cli-https: open waits': 'over ssh, open forwards the port of the router until it is ended',
	'cli-https: lost volume': 'the volume of the router has the state, which is put back with state push',
	'cli-resources: router first': 'with its state on the engine, the router is there before anything can take its place',
	'cli-sign-in: open': 'over ssh, open forwards the port of the router until it is ended',
	'backup-offsite: new machine': 'with its state on the engine, a new machine has the same environment',
	'state-rebuild: killed':
		'the folder then has a copy that its engine does not have, which is put back with state push',
	'cli-verify: certificate':
		'the sshd of these tests is in a container, which does not reach ports of 127.0.0.0/8 here',
	'cli-environments: taken port': 'whether a port is free can be tried on this machine only',
} as const satisfies Readonly<Record<string, string>>;

/** Whole files among them. */
export const localEngineFiles: readonly string[] = Object.keys(localEngineOnly)
	.filter(name => !name.includes(':'))
	.map(name => `test/docker/${name}.{test,long}.ts`);

/** Whether this run reaches the engine through ssh: `npm run test:ssh`. */
export const isThroughSsh = (): boolean => process.env['COMPARTMENT_TEST_THROUGH'] === 'ssh';

/** Whether this run leaves a test out. */
export const isLeftOut = (_name: keyof typeof localEngineOnly): boolean => isThroughSsh();
