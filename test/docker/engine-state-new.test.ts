import {expect, test} from 'vitest';
import {ensureDirectory} from '../../source/state/directory.ts';
import {writePlace} from '../../source/state/place.ts';
import {expectError, type Sandbox, withSandbox} from './cli.ts';
import {publicService} from './cli-server.ts';
import {addClient} from './second-client.ts';

// An environment whose state is to be on an engine that has no router yet, which would keep it.

/** As the first apply on another machine's engine does. */
const placeOnEngine = ({folder, project}: Pick<Sandbox, 'folder' | 'project'>) => {
	const {path} = ensureDirectory(folder, 'production');
	writePlace(path, {state: 'engine', project, environment: 'production'});
};

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	placeOnEngine(opened);
});

const routerOf = ({engine, router}: Sandbox) => engine.findByName('container', router.name);

test('a plan, a question without an answer and a mistake leave the engine as it is', async () => {
	const planned = await sandbox.run(['plan', '--detailed-exitcode']);
	expect(planned).toMatchObject({exitCode: 2});
	expect(planned.stdout).toMatch(/^ *\+ router /m);
	expectError(await sandbox.run(['apply']), /^Error: Cannot ask for approval: /);
	expectError(await sandbox.run(['apply', '--auto-approve', '--service', 'wbe']), /wbe/);
	expect(await routerOf(sandbox)).toBeUndefined();
	expect(await sandbox.engine.findByName('volume', sandbox.router.name)).toBeUndefined();
});

test('when two people make the first deploy at the same time, one succeeds and the other gets an error', async () => {
	const other = addClient(sandbox, 'other');
	placeOnEngine({folder: other.folder, project: sandbox.project});
	const outcomes = await Promise.all(
		[sandbox, other].map(async person => ({person, outcome: await person.run(['apply', '--auto-approve'])})),
	);
	const [winner] = outcomes.filter(({outcome}) => outcome.exitCode === 0);
	const [loser] = outcomes.filter(({outcome}) => outcome.exitCode !== 0);
	expect(winner, JSON.stringify(outcomes)).toBeDefined();
	expect(loser, JSON.stringify(outcomes)).toBeDefined();
	expect(loser!.outcome.stderr).toMatch(/was created in the meantime|is working on|locked by|not trusted/);
	expect([1, 3]).toContain(loser!.outcome.exitCode);
	expect(await winner!.person.succeed(['plan', '--detailed-exitcode'])).toMatch(/^No changes\./m);
	expect((await sandbox.observe()).containers.filter(({name}) => name.includes('web'))).toHaveLength(1);
});
