import type {Resource} from '../project.ts';

const server = 'MYSQL_PWD="$MARIADB_ROOT_PASSWORD"';
const connect = '--host "$COMPARTMENT_RESOURCE_HOST" --user root';
const backupFile = '"$COMPARTMENT_BACKUP_DIR/mariadb.sql"';

/**
 * What `preset: mariadb` stands for. The dump is one consistent snapshot of the database, with routines,
 * triggers and events. It drops and recreates the database. An incomplete dump is not restored.
 */
export const mariadb = {
	image: 'mariadb:11',
	env: {MARIADB_DATABASE: 'app', MARIADB_USER: 'app'},
	generatedVariables: {
		MARIADB_PASSWORD: {generator: 'token', bytes: 24, encoding: 'hex'},
		MARIADB_ROOT_PASSWORD: {generator: 'token', bytes: 24, encoding: 'hex'},
	},
	ports: [3306],
	readiness: {type: 'tcp', port: 3306, timeoutMs: 60_000},
	restart: {policy: 'unless-stopped'},
	volumes: {data: '/var/lib/mysql'},
	outputs: {
		'connection-url': {
			sensitive: true,
			value: 'mysql://${env.MARIADB_USER}:${env.MARIADB_PASSWORD}@${resource.host}:3306/${env.MARIADB_DATABASE}',
		},
		host: {sensitive: false, value: '${resource.host}'},
		port: {sensitive: false, value: '3306'},
		database: {sensitive: false, value: '${env.MARIADB_DATABASE}'},
	},
	operations: {
		backup: {
			command: [
				`${server} mariadb-dump ${connect} --single-transaction --routines --triggers --events --hex-blob`,
				`--add-drop-database --result-file=${backupFile} --databases "$MARIADB_DATABASE"`,
			].join(' '),
			env: {},
			schedule: {interval: 'daily', retention: {maxAgeDays: 7}},
		},
		restore: {
			command: `tail -n 1 ${backupFile} | grep -q "^-- Dump completed" && ${server} mariadb ${connect} --batch < ${backupFile}`,
			env: {},
		},
	},
} as const satisfies Omit<Resource, 'name' | 'preset'>;
