import type {Resource} from '../project.ts';

export type Database = {
	/** Name for messages. */
	readonly title: string;
	/** Variables that the image reads only to initialise an empty volume. */
	readonly keys: readonly string[];
	/** Those of them that are passwords, which can be changed in the database later. */
	readonly passwords: readonly string[];
};

const mysqlKeys = (prefix: 'MYSQL' | 'MARIADB'): readonly string[] =>
	[
		...['ROOT_PASSWORD', 'PASSWORD', 'USER', 'DATABASE', 'ROOT_HOST'],
		...['RANDOM_ROOT_PASSWORD', 'ALLOW_EMPTY_PASSWORD', 'ALLOW_EMPTY_ROOT_PASSWORD', 'ONETIME_PASSWORD'],
		...['INITDB_SKIP_TZINFO', 'ROOT_PASSWORD_HASH', 'PASSWORD_HASH'],
	].map(name => `${prefix}_${name}`);

/**
 * Databases that read their variables only to initialise a volume. Redis and Valkey are not among them: they read their
 * password at every start, so a new value takes effect with a new container.
 */
const databases = {
	postgres: {
		title: 'PostgreSQL',
		keys: ['POSTGRES_PASSWORD', 'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_INITDB_ARGS', 'POSTGRES_HOST_AUTH_METHOD'],
		passwords: ['POSTGRES_PASSWORD'],
	},
	mysql: {title: 'MySQL', keys: mysqlKeys('MYSQL'), passwords: ['MYSQL_PASSWORD', 'MYSQL_ROOT_PASSWORD']},
	mariadb: {
		title: 'MariaDB',
		// The image also reads the MySQL names.
		keys: [...mysqlKeys('MARIADB'), ...mysqlKeys('MYSQL')],
		passwords: ['MARIADB_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'MYSQL_PASSWORD', 'MYSQL_ROOT_PASSWORD'],
	},
	mongo: {
		title: 'MongoDB',
		keys: ['MONGO_INITDB_ROOT_USERNAME', 'MONGO_INITDB_ROOT_PASSWORD', 'MONGO_INITDB_DATABASE'],
		passwords: ['MONGO_INITDB_ROOT_PASSWORD'],
	},
} as const satisfies Readonly<Record<string, Database>>;

export type DatabaseName = keyof typeof databases;

// Images that are based on the official one and read the same variables.
const relatives: Readonly<Record<string, DatabaseName>> = {
	postgis: 'postgres',
	pgvector: 'postgres',
	timescaledb: 'postgres',
	'timescaledb-ha': 'postgres',
	'mysql-server': 'mysql',
	percona: 'mysql',
};

const isDatabase = (name: string | undefined): name is DatabaseName =>
	name !== undefined && Object.hasOwn(databases, name);

/** The database of a resource, by its preset, else by the last part of its image name; undefined for others. */
export function databaseOf({preset, image}: Pick<Resource, 'preset' | 'image'>): DatabaseName | undefined {
	if (isDatabase(preset)) return preset;
	const name = image
		.replace(/@.*$/, '')
		.replace(/:[^/]*$/, '')
		.split('/')
		.at(-1)!;
	if (isDatabase(name)) return name;
	return Object.hasOwn(relatives, name) ? relatives[name] : undefined;
}

/** A database by its name. */
export const describeDatabase = (name: DatabaseName): Database => databases[name];

/** Whether a known database reads a variable only to initialise a volume. */
export const isOneTimeKey = (key: string): boolean =>
	Object.values(databases).some(({keys}: Database) => keys.includes(key));
