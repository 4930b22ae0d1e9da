import {createHash, createHmac, pbkdf2Sync, randomBytes} from 'node:crypto';
import type {DatabaseName} from '../descriptor/presets/one-time.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import {EngineError} from '../errors.ts';

const iterations = 4096;

/**
 * What PostgreSQL stores for a password (RFC 5803). Sending it keeps the password from the server and its log.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
	const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
	const key = (text: string) => createHmac('sha256', salted).update(text).digest();
	const stored = createHash('sha256').update(key('Client Key')).digest('base64');
	return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}

const sha1 = (data: string | Buffer): Buffer => createHash('sha1').update(data).digest();

/** What MariaDB stores for a `mysql_native_password`. */
export const nativeHash = (password: string): string => `*${sha1(sha1(password)).toString('hex').toUpperCase()}`;

const sqlText = (text: string): string => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
const sqlName = (name: string): string => `"${name.replace(/"/g, '""')}"`;

/** Decrypted values of a database's variables. */
export type ClearEnv = Readonly<Record<string, string>>;

/** The SQL that sets the users' passwords to those of `env`. It is idempotent. */
export function passwordStatements(database: DatabaseName, env: ClearEnv): string {
	if (database === 'postgres')
		return `ALTER ROLE ${sqlName(env['POSTGRES_USER'] || 'postgres')} PASSWORD '${scramVerifier(env['POSTGRES_PASSWORD']!)}';\n`;
	const of = (name: string) => env[`MARIADB_${name}`] ?? env[`MYSQL_${name}`];
	const identified = (password: string) =>
		database === 'mariadb'
			? `IDENTIFIED VIA mysql_native_password USING '${nativeHash(password)}'`
			: `IDENTIFIED BY ${sqlText(password)}`;
	const [user, password, root] = [of('USER'), of('PASSWORD'), of('ROOT_PASSWORD')];
	const users = [
		...(user && password ? [[sqlText(user), '%', password] as const] : []),
		// Root last: the statements are sent as root.
		...(root ? (['%', 'localhost'] as const).map(host => ["'root'", host, root] as const) : []),
	];
	return [
		'SET SESSION sql_log_off = 1;',
		...users.map(([name, host, secret]) => `ALTER USER IF EXISTS ${name}@'${host}' ${identified(secret)};`),
		'',
	].join('\n');
}

// The password is the first line of standard input: every user can see arguments.
const scripts = {
	postgres: {
		send: 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -X -q -w -v ON_ERROR_STOP=1 -d postgres -f -',
		check:
			'IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -X -q -w -h "$(hostname -i | cut -d " " -f 1)" -d postgres -c "SELECT 1" > /dev/null',
	},
	mysql: {
		send: 'IFS= read -r MYSQL_PWD; export MYSQL_PWD; exec "$(command -v mariadb || command -v mysql)" --user=root --batch',
		check:
			'IFS= read -r MYSQL_PWD; export MYSQL_PWD; exec "$(command -v mariadb || command -v mysql)" --user=root --batch -e "SELECT 1" > /dev/null',
	},
} as const;

type Change = {
	readonly database: DatabaseName;
	readonly containerId: string;
	readonly env: ClearEnv;
	/** Possible current passwords, for databases that require one even from inside the container. */
	readonly known: readonly ClearEnv[];
};

/**
 * Sets the passwords of a database's users to those of `env`, from inside its container, and verifies them with a login.
 * @throws EngineError when the database rejects them
 */
export async function setPasswords(engine: OwnEngine, {database, containerId, env, known}: Change): Promise<void> {
	const isPostgres = database === 'postgres';
	const {send, check} = isPostgres ? scripts.postgres : scripts.mysql;
	const login = (values: ClearEnv) =>
		(isPostgres ? values['POSTGRES_PASSWORD'] : (values['MARIADB_ROOT_PASSWORD'] ?? values['MYSQL_ROOT_PASSWORD'])) ??
		'';
	const run = (script: string, values: ClearEnv, statements: string) =>
		engine.exec(containerId, ['sh', '-c', script], {
			input: `${login(values)}\n${statements}`,
			...(isPostgres ? {env: {PGUSER: env['POSTGRES_USER'] || 'postgres'}} : {}),
		});
	const statements = passwordStatements(database, env);
	let failure = '';
	for (const values of [...known, env]) {
		const {exitCode, stderr} = await run(send, values, statements);
		failure = exitCode === 0 ? '' : stderr.trim() || `it exited with ${exitCode}`;
		if (exitCode === 0) break;
	}
	if (failure === '') {
		const {exitCode, stderr} = await run(check, env, '');
		if (exitCode === 0) return;
		failure = stderr.trim() || `a login with the new password exited with ${exitCode}`;
	}
	throw new EngineError(`the database rejected the new password: ${failure}`);
}
