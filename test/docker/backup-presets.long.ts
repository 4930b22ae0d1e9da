import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {beforeAll, describe, expect, test} from 'vitest';
import {type PresetName, presetNames, presets} from '../../source/descriptor/presets/index.ts';
import {resourceContainerName} from '../../source/model/names.ts';
import type {Backup} from '../../source/state/backup.ts';
import {commandOf} from '../descriptor/support.ts';
import {type Sandbox, withSandbox} from './cli.ts';

/** Commands to test a server with, inside its container. */
type Dialect = {
	readonly run: (script: string) => readonly string[];
	readonly fill: string;
	/** Prints everything that a backup must restore. */
	readonly show: string;
	readonly spoil: string;
	/** A client in another container, which connects with the URL of the output. */
	readonly connect: string;
};

const sqlFill = (sequence: string) => `
	CREATE TABLE numbers (id INT PRIMARY KEY, bytes BLOB, text VARCHAR(80) CHARACTER SET utf8mb4);
	INSERT INTO numbers ${sequence};
	CREATE TABLE parts (id INT AUTO_INCREMENT PRIMARY KEY, number INT, FOREIGN KEY (number) REFERENCES numbers (id));
	INSERT INTO parts (number) SELECT id FROM numbers WHERE id <= 100;
	CREATE VIEW big AS SELECT id FROM numbers WHERE id > 19990;
	CREATE TRIGGER mark BEFORE INSERT ON numbers FOR EACH ROW SET NEW.text = 'marked';
	CREATE PROCEDURE twice(IN n INT) SELECT n * 2;
	CREATE EVENT later ON SCHEDULE EVERY 1 YEAR DO DELETE FROM parts;`;

const sqlShow = `
	CHECKSUM TABLE numbers, parts;
	SELECT count(*), max(id), hex(max(bytes)), max(text) FROM numbers;
	SELECT count(*) FROM big;
	SHOW FULL TABLES;
	SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = 'app';
	SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'app';
	SELECT event_name FROM information_schema.events WHERE event_schema = 'app';
	SELECT auto_increment FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'parts';`;

const sqlSpoil = `
	DELETE FROM parts WHERE id > 10; DELETE FROM numbers WHERE id > 5000; UPDATE numbers SET text = 'spoilt';
	DROP VIEW big; DROP TRIGGER mark; DROP PROCEDURE twice; DROP EVENT later;
	CREATE TABLE younger (number INT, FOREIGN KEY (number) REFERENCES numbers (id));`;

const sqlDialect = (client: string, variable: 'MYSQL' | 'MARIADB', sequence: string): Dialect => ({
	run: script => [
		...['sh', '-c'],
		`MYSQL_PWD="$${variable}_ROOT_PASSWORD" ${client} --socket /run/mysqld/mysqld.sock --user root --batch --skip-column-names app -e "$1"`,
		...['sh', script],
	],
	fill: sqlFill(sequence),
	show: sqlShow,
	spoil: sqlSpoil,
	connect: `MYSQL_PWD="$${variable}_PASSWORD" ${client} --host "$HOST" --user "$${variable}_USER" --batch --skip-column-names "$${variable}_DATABASE" -e 'SELECT count(*) FROM numbers'`,
});

const keyValueDialect = (name: 'redis' | 'valkey', variable: string): Dialect => ({
	run: script => ['sh', '-c', `export REDISCLI_AUTH="$${variable}"; c() { ${name}-cli -e "$@"; }; ${script}`],
	fill: `seq 1 20000 | sed 's/.*/SET number:& value-&/' | c > /dev/null
		c rpush list a b c; c hset hash field 1 other 2; c sadd set x y; c zadd sorted 1 one 2 two
		c xadd stream 1-1 field value; c -n 3 set elsewhere yes; c set passing 1 ex 100000
		printf 'a\\0b' | c -x set binary`,
	show: `c dbsize; c get number:19999; c lrange list 0 -1; c hget hash other; c smembers set; c zrange sorted 0 -1 withscores
		c xrange stream - +; c -n 3 get elsewhere; test "$(c ttl passing)" -gt 90000 && echo expires; c strlen binary; c exists younger
		c --scan --pattern 'number:*' | sort | xargs ${name}-cli mget | sha256sum`,
	spoil: `c set number:19999 spoilt; c del list hash; c -n 3 flushdb; c set younger 1; c persist passing`,
	connect: `REDISCLI_AUTH="$${variable}" ${name}-cli -e -h "$HOST" get number:7`,
});

const mysqlSequence =
	"WITH RECURSIVE s AS (SELECT 1 seq UNION ALL SELECT seq + 1 FROM s WHERE seq < 20000) SELECT /*+ SET_VAR(cte_max_recursion_depth=20000) */ seq, unhex(sha2(seq, 256)), 'é 漢 😀' FROM s";

const dialects: Readonly<Record<Exclude<PresetName, 'postgres'>, Dialect>> = {
	mysql: sqlDialect('mysql --default-character-set=utf8mb4', 'MYSQL', mysqlSequence),
	mariadb: sqlDialect('mariadb', 'MARIADB', "SELECT seq, unhex(md5(seq)), 'é 漢 😀' FROM seq_1_to_20000"),
	redis: keyValueDialect('redis', 'REDIS_PASSWORD'),
	valkey: keyValueDialect('valkey', 'VALKEY_PASSWORD'),
};

/** PostgreSQL has a separate test. */
const tested = presetNames.filter(name => name !== 'postgres');

async function say(sandbox: Sandbox, name: keyof typeof dialects, what: 'fill' | 'show' | 'spoil'): Promise<string> {
	const dialect = dialects[name];
	const container = resourceContainerName(sandbox.project, 'production', name);
	const {stdout, stderr, exitCode} = await sandbox.engine.exec(container, dialect.run(dialect[what]));
	expect(exitCode, stderr + stdout).toBe(0);
	return stdout;
}

describe('the preset', () => {
	const sandbox = withSandbox();
	beforeAll(async () => {
		const images = tested.map(name => presets[name].image);
		await promisify(execFile)('bash', [join(import.meta.dirname, '../../scripts/images.sh'), ...images]);
		sandbox.describe({
			services: {idle: {image: 'node:24-slim', kind: 'worker', run: {command: 'sleep 1d'}}},
			resources: Object.fromEntries(tested.map(name => [name, {preset: name}])),
		});
		await sandbox.succeed(['deploy']);
	}, 600_000);

	test.for(tested)('%s restores what it backed up, and its backup can be verified', {timeout: 240_000}, async name => {
		await say(sandbox, name, 'fill');
		const before = await say(sandbox, name, 'show');
		const created = await sandbox.succeed(['resource', 'backup', 'create', '--resource', name, '--json']);
		const {backup} = JSON.parse(created) as {backup: Backup};
		expect(backup.size).toBeGreaterThan(100_000);
		await say(sandbox, name, 'spoil');
		expect(await say(sandbox, name, 'show').catch(() => 'gone')).not.toBe(before);
		await sandbox.succeed(['resource', 'backup', 'restore', '--resource', name, '--backup', backup.id, '--yes']);
		expect(await say(sandbox, name, 'show')).toBe(before);

		// Written to disk, not only kept in memory.
		await sandbox.succeed(['resource', 'stop', '--resource', name]);
		await sandbox.succeed(['resource', 'start', '--resource', name]);
		expect(await say(sandbox, name, 'show')).toBe(before);

		// Restores into a new volume, as a restore into a new resource does.
		await sandbox.succeed(['resource', 'backup', 'verify', '--backup', backup.id]);
		await sandbox.expectNoChanges();
	});

	test.for(tested)('%s rejects a truncated backup before it replaces anything', async name => {
		const read = async <Document>(...args: readonly string[]) =>
			JSON.parse(await sandbox.succeed(['resource', 'backup', ...args, '--json'])) as Document;
		const {backups} = await read<{backups: readonly Backup[]}>('list', '--resource', name);
		const {id} = backups.find(({status}) => status === 'succeeded')!;
		const {manifest, artifactLocation} = (await read<{backup: Backup}>('show', '--backup', id)).backup;
		const before = await say(sandbox, name, 'show');
		// Bypasses the checksum, so that the command itself must notice.
		const command = commandOf(manifest!.definition.operations.restore);
		const file = name === 'redis' || name === 'valkey' ? 'dump.rdb' : `${name}.sql`;
		const container = resourceContainerName(sandbox.project, 'production', name);
		const cut = `mkdir -p /tmp/cut && head -c 50000 "$FILE" > /tmp/cut/${file}`;
		await sandbox.engine.writeFiles(container, [
			{path: '/tmp/whole', content: readFileSync(`${artifactLocation}/${file}`)},
		]);
		const {exitCode} = await sandbox.engine.exec(
			container,
			['sh', '-c', `${cut.replace('"$FILE"', '/tmp/whole')}\n${command}`],
			{
				env: {COMPARTMENT_BACKUP_DIR: '/tmp/cut', COMPARTMENT_RESOURCE_HOST: '127.0.0.1'},
			},
		);
		expect(exitCode).not.toBe(0);
		expect(await say(sandbox, name, 'show')).toBe(before);
	});

	test.for(tested)('%s has an output that a client can connect with', async name => {
		const url = await sandbox.succeed(['resource', 'output', 'show', 'connection-url', '--resource', name, '--reveal']);
		const container = resourceContainerName(sandbox.project, 'production', name);
		const {hostname, password, port} = new URL(url.split('\t')[2]!.trim());
		expect(hostname).toBe(`${name}.production.${sandbox.project}.resource.internal`);
		expect(port).toBe(name === 'redis' || name === 'valkey' ? '6379' : '3306');
		const {stdout, stderr} = await sandbox.engine.exec(container, ['sh', '-c', dialects[name].connect], {
			env: {HOST: hostname},
		});
		expect(stdout, stderr).toMatch(/^(20000|value-7)\n$/);
		const environment = await sandbox.engine.exec(container, ['sh', '-c', 'env']);
		expect(environment.stdout).toContain(password);
	});
});
