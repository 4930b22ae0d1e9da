import {beforeAll, describe, expect, test} from 'vitest';
import {labels} from '../../source/model/labels.ts';
import {withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {apply, destroy} from './lab.ts';

const sandbox = withSandbox(({addService}) => addService('web'));

/** Each version sets a variable that PostgreSQL ignores, which replaces the container and keeps the data. */
const write = (version: number) => {
	sandbox.setVersion('web', `v${version}`);
	sandbox.describe({
		services: {web: publicService('web', {connections: {db: {env: {DATABASE_URL: 'connection-url'}}}})},
		resources: {db: {preset: 'postgres', env: {APPLICATION_VERSION: `v${version}`}}},
	});
};

async function query(sql: string): Promise<string> {
	const {id} = await sandbox.running('resource.db');
	const command = 'psql -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -At -v ON_ERROR_STOP=1';
	const {stdout, stderr, exitCode} = await sandbox.engine.exec(
		id,
		['sh', '-c', `PGPASSWORD="$POSTGRES_PASSWORD" ${command}`],
		{
			input: sql,
		},
	);
	expect(exitCode, stderr).toBe(0);
	return stdout;
}

async function crash(args: readonly string[], point: string): Promise<void> {
	const {signal} = await sandbox.run(args, {env: {COMPARTMENT_FAILPOINT: point}});
	expect(signal).toBe('SIGKILL');
}

describe('PostgreSQL after an apply was killed', () => {
	let version = 1;
	let rows = 0;
	beforeAll(async () => {
		write(version);
		await crash(apply, 'resource.after-start');
		await sandbox.succeed(apply);
		await query('CREATE TABLE notes (id integer PRIMARY KEY)');
	}, 120_000);

	test.for([
		'resource.after-stop',
		'resource.after-rename',
		'resource.after-start',
		'resource.after-record',
		'apply.after-replace-resource',
	])('at %s has every row', async point => {
		await query(`INSERT INTO notes VALUES (${++rows})`);
		write(++version);
		await crash(apply, point);
		await sandbox.succeed(apply);
		expect(await query('SELECT count(*) FROM notes')).toBe(`${rows}\n`);
		await sandbox.expectNoChanges();
		const {containers} = await sandbox.observe();
		expect(containers.filter(each => each.labels[labels.address] === 'resource.db')).toHaveLength(1);
	});

	test('and a destroy was killed has every row after the next deploy', async () => {
		await crash(destroy, 'apply.before-remove:2');
		await sandbox.succeed(destroy);
		await sandbox.succeed(apply);
		expect(await query('SELECT count(*) FROM notes')).toBe(`${rows}\n`);
	});
});
