import type {Resource} from '../project.ts';

// Objects newer than the backup would remain, or make the restore fail if they reference a restored table.
const emptyDatabase = [
	'DO $do$ DECLARE s name; BEGIN FOR s IN SELECT nspname FROM pg_namespace',
	'WHERE nspname !~ $re$^pg_$re$ AND nspname <> $is$information_schema$is$',
	'LOOP EXECUTE format($f$DROP SCHEMA %I CASCADE$f$, s); END LOOP; END $do$',
].join(' ');

const connect = '--host "$COMPARTMENT_RESOURCE_HOST" --username "$POSTGRES_USER" --no-password';
const backupFile = '"$COMPARTMENT_BACKUP_DIR/postgres.sql"';

/**
 * What `preset: postgres` stands for. psql with a plain dump would keep existing objects and exit with 0 after SQL errors. So
 * the restore empties the database, stops at the first error, and runs in one transaction.
 */
export const postgres = {
	image: 'postgres:16-alpine',
	env: {POSTGRES_DB: 'app', POSTGRES_USER: 'app'},
	generatedVariables: {POSTGRES_PASSWORD: {generator: 'token', bytes: 24, encoding: 'hex'}},
	ports: [5432],
	readiness: {type: 'tcp', port: 5432, timeoutMs: 60_000},
	restart: {policy: 'unless-stopped'},
	volumes: {data: '/var/lib/postgresql/data'},
	outputs: {
		'connection-url': {
			sensitive: true,
			value: 'postgres://${env.POSTGRES_USER}:${env.POSTGRES_PASSWORD}@${resource.host}:5432/${env.POSTGRES_DB}',
		},
		host: {sensitive: false, value: '${resource.host}'},
		port: {sensitive: false, value: '5432'},
		database: {sensitive: false, value: '${env.POSTGRES_DB}'},
	},
	operations: {
		backup: {
			command: `PGPASSWORD="$POSTGRES_PASSWORD" pg_dump --clean --if-exists ${connect} --file ${backupFile} "$POSTGRES_DB"`,
			env: {},
			schedule: {interval: 'daily', retention: {maxAgeDays: 7}},
		},
		restore: {
			command: [
				'PGPASSWORD="$POSTGRES_PASSWORD" psql -X -v ON_ERROR_STOP=1 --single-transaction --quiet',
				connect,
				`--command '${emptyDatabase}'`,
				"--command 'CREATE SCHEMA public AUTHORIZATION pg_database_owner'",
				"--command 'GRANT USAGE ON SCHEMA public TO PUBLIC'",
				`--file ${backupFile} "$POSTGRES_DB"`,
			].join(' '),
			env: {},
		},
	},
} as const satisfies Omit<Resource, 'name' | 'preset'>;
