import {describe, expect, it} from 'vitest';
import {importText} from './support.ts';

const db = 'db: {image: postgres:16, environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: pw1, POSTGRES_DB: app}}';

type Written = {
	readonly services: Record<
		string,
		{env?: Record<string, string>; connections?: Record<string, {env: Record<string, string>}>}
	>;
	readonly resources: Record<string, {preset?: string; outputs?: Record<string, {value: string}>}>;
};

/** What a variable of a service becomes beside a database: an output, `env`, or `set` for a variable to set. */
function fateOf(name: string, value: string, other = db, env = ''): string {
	const text = `services:\n  web: {image: a, ports: [80], environment: {${name}: ${JSON.stringify(value)}}}\n  ${other}\n`;
	const {descriptor, variables} = importText(text, {'.env': env});
	const {services, resources} = descriptor as unknown as Written;
	const web = services['web']!;
	if (variables.some(variable => variable.name === name)) return 'set';
	const plain = web.env?.[name];
	if (plain !== undefined) return `env ${plain}`;
	const [[resource, {env: connected}] = ['', {env: {}}]] = Object.entries(web.connections ?? {});
	const output = connected[name] ?? '';
	const {preset, outputs} = resources[resource]!;
	return preset ? `${preset} ${output}` : `${output} = ${outputs?.[output]?.value}`;
}

describe('beside PostgreSQL', () => {
	it.each([
		['DATABASE_URL', 'postgres://app:pw1@db:5432/app', 'postgres connection-url'],
		['DATABASE_URL', 'postgres://app:pw1@db/app', 'postgres connection-url'],
		['DB_HOST', 'db', 'postgres host'],
		['DB_NAME', 'app', 'env app'],
		['KIND', 'db', 'env db'],
		['DB_PASSWORD', 'pw1', 'password = ${env.POSTGRES_PASSWORD}'],
		['ADMIN_PASSWORD', 'pw1', 'set'],
		['DATABASE_URL', 'postgres://app:other@db:5432/app', 'set'],
		['DATABASE_URL', 'postgres://app:pw1@elsewhere:5432/app', 'set'],
		[
			'DATABASE_URL',
			'postgresql+asyncpg://app:pw1@db:5432/app?ssl=off',
			'database-url = postgresql+asyncpg://${env.POSTGRES_USER}:${env.POSTGRES_PASSWORD}@${resource.host}:5432/${env.POSTGRES_DB}?ssl=off',
		],
		[
			'JDBC_URL',
			'jdbc:postgresql://db:5432/app',
			'jdbc-url = jdbc:postgresql://${resource.host}:5432/${env.POSTGRES_DB}',
		],
		[
			'DSN',
			'host=db user=app password=pw1 dbname=app',
			'dsn = host=${resource.host} user=app password=${env.POSTGRES_PASSWORD} dbname=app',
		],
		['DATABASE_URL', 'postgres://app:pw1@db/app?sslkey=hunter2', 'set'],
		['WEBHOOK_TOKEN', 'http://db/hunter2', 'set'],
		['WAIT_FOR', 'db:5432', 'wait-for = ${resource.host}:5432'],
		['HOSTS', 'db:5432,cache:6379', 'hosts = ${resource.host}:5432,cache:6379'],
		['API_URL', 'http://db-admin:80/', 'env http://db-admin:80/'],
		['PATH_LIKE', '/srv/db/data', 'env /srv/db/data'],
	])('%s: %s becomes %s', (name, value, expected) => {
		expect(fateOf(name, value)).toBe(expected);
	});

	it('a password that has no value is that of the database', () => {
		const own =
			'db: {image: postgres:16, environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: "${PW}", POSTGRES_DB: app}}';
		expect(fateOf('DATABASE_URL', 'postgres://app:${PW}@db/app', own)).toBe('postgres connection-url');
		expect(fateOf('DATABASE_URL', 'postgres://app:${OTHER}@db/app', own)).toBe('set');
		for (const password of ['a b', 'a/b', 'a@b', 'a:b', 'p%40q'])
			expect(fateOf('DATABASE_URL', 'postgres://app:${PW}@db/app', own, `PW=${password}`)).toBe(
				'postgres connection-url',
			);
		for (const password of ['a b', 'a/b', 'a:b']) {
			expect(fateOf('DATABASE_URL', 'postgres://app:${OTHER}@db/app', own, `OTHER=${password}`)).toBe('set');
			expect(fateOf('MAIL', 'smtp://app:${MAIL_PW}@mail', own, `MAIL_PW=${password}`)).toBe('set');
		}
	});

	it('the image decides whether the preset fits', () => {
		const image = (name: string) => db.replace('postgres:16', name);
		const url = 'postgres://app:pw1@db:5432/app';
		const presets = ['postgres', 'postgres:latest', 'docker.io/library/postgres:16.4-alpine'];
		for (const name of presets) expect(fateOf('URL', url, image(name))).toBe('postgres connection-url');
		for (const name of ['postgres:15', 'pgvector/pgvector:pg16', 'postgis/postgis:16-3.4'])
			expect(fateOf('URL', url, image(name))).toMatch(/^connection-url = /);
	});
});

describe('beside a store', () => {
	it.each([
		['redis:8', '', 'REDIS_URL', 'redis://db:6379', 'redis connection-url'],
		['redis:8', '', 'REDIS_URL', 'redis://db:6379/0', 'redis connection-url'],
		['redis:8', '', 'REDIS_URL', 'redis://db:6379/2', 'redis-url = redis://${resource.host}:6379/2'],
		['redis:8', '', 'REDIS_HOST', 'db', 'host = ${resource.host}'],
		['redis:8', 'redis-server --requirepass pw2', 'REDIS_URL', 'redis://:pw2@db:6379', 'redis connection-url'],
		['redis:8', 'redis-server --requirepass pw2', 'REDIS_PASSWORD', 'pw2', 'password = ${env.REDIS_PASSWORD}'],
		['redis:7', 'redis-server --appendonly yes', 'REDIS_URL', 'redis://db', 'redis-url = redis://${resource.host}'],
		['valkey/valkey:8', '', 'CACHE', 'redis://db:6379', 'valkey connection-url'],
	])('%s %s: %s: %s becomes %s', (image, command, name, value, expected) => {
		const own = command === '' ? `db: {image: "${image}"}` : `db: {image: "${image}", command: "${command}"}`;
		expect(fateOf(name, value, own)).toBe(expected);
	});
});
