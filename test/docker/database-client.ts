import {expect} from 'vitest';
import type {Sandbox} from './cli.ts';

// Queries over one connection, reports when it is lost, and answers requests meanwhile.
const server =
	'$s = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 20, ReuseAddr => 1); while ($c = $s->accept) { <$c>; print $c "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 2\\r\\n\\r\\nok"; close $c }';

/** A service that is logged in to the resource `db`, a PostgreSQL. */
export const databaseClient = {
	image: 'postgres:16-alpine',
	kind: 'web',
	port: 8080,
	accessMode: 'public',
	readiness: {type: 'http', path: '/'},
	run: {
		command: [
			'(while :; do',
			'(while :; do echo "SELECT 1;"; sleep 0.05; done) | psql "$DATABASE_URL" -qAtX -v ON_ERROR_STOP=1 > /dev/null;',
			'echo "connection lost"; sleep 0.1; done) &',
			`exec perl -MIO::Socket::INET -e '${server}'`,
		].join(' '),
	},
	connections: {db: {env: {DATABASE_URL: 'connection-url'}}},
};

/** New connections of the service `web` use the password in the state. */
export async function expectLogin(sandbox: Sandbox): Promise<void> {
	const {id} = await sandbox.running('service.web');
	const {exitCode, stderr} = await sandbox.engine.exec(id, ['sh', '-c', 'psql "$DATABASE_URL" -c "SELECT 1"']);
	expect(exitCode, stderr).toBe(0);
	expect((await sandbox.engine.inspectContainer(id))?.state).toBe('running');
}

/** Kills a rotation at a failpoint, and expects that the next deploy leaves one password that both sides use. */
export async function expectRotationSurvives(sandbox: Sandbox, point: string): Promise<void> {
	const killed = await sandbox.run(['resource', 'rotate', 'db', '--auto-approve'], {
		env: {COMPARTMENT_FAILPOINT: point},
	});
	expect(killed.signal).toBe('SIGKILL');
	await sandbox.succeed(['deploy']);
	await expectLogin(sandbox);
	expect(sandbox.state().resources['db']?.rotation).toBeUndefined();
	await sandbox.expectNoChanges();
}
