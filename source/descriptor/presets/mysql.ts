import type {Resource} from '../project.ts';

const server = 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD"';
const connect = '--host "$COMPARTMENT_RESOURCE_HOST" --user root';
const backupFile = '"$COMPARTMENT_BACKUP_DIR/mysql.sql"';

/**
 * What `preset: mysql` stands for. The dump is one consistent snapshot of the database, with routines,
 * triggers and events. It drops and recreates the database. An incomplete dump is not restored.
 */
export const mysql = {
	image: 'mysql:9',
	env: {MYSQL_DATABASE: 'app', MYSQL_USER: 'app'},
	generatedVariables: {
		MYSQL_PASSWORD: {generator: 'token', bytes: 24, encoding: 'hex'},
		MYSQL_ROOT_PASSWORD: {generator: 'token', bytes: 24, encoding: 'hex'},
	},
	ports: [3306],
	// The first start creates the system tables, which takes longer than in other databases.
	readiness: {type: 'tcp', port: 3306, timeoutMs: 120_000},
	restart: {policy: 'unless-stopped'},
	volumes: {data: '/var/lib/mysql'},
	outputs: {
		'connection-url': {
			sensitive: true,
			value: 'mysql://${env.MYSQL_USER}:${env.MYSQL_PASSWORD}@${resource.host}:3306/${env.MYSQL_DATABASE}',
		},
		host: {sensitive: false, value: '${resource.host}'},
		port: {sensitive: false, value: '3306'},
		database: {sensitive: false, value: '${env.MYSQL_DATABASE}'},
	},
	operations: {
		backup: {
			command: [
				`${server} mysqldump ${connect} --single-transaction --routines --triggers --events --hex-blob`,
				'--no-tablespaces --set-gtid-purged=OFF',
				`--add-drop-database --result-file=${backupFile} --databases "$MYSQL_DATABASE"`,
			].join(' '),
			env: {},
			schedule: {interval: 'daily', retention: {maxAgeDays: 7}},
		},
		restore: {
			command: `tail -n 1 ${backupFile} | grep -q "^-- Dump completed" && ${server} mysql ${connect} --batch < ${backupFile}`,
			env: {},
		},
	},
} as const satisfies Omit<Resource, 'name' | 'preset'>;
