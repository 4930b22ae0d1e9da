import {expect, it} from 'vitest';
import {nativeHash, passwordStatements, scramVerifier} from '../../source/apply/database-password.ts';

it('sends PostgreSQL the SCRAM verifier instead of the password (RFC 7677)', () => {
	expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
		'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
	);
	const statements = passwordStatements('postgres', {POSTGRES_USER: 'a"b', POSTGRES_PASSWORD: 'secret'});
	expect(statements).toMatch(/^ALTER ROLE "a""b" PASSWORD 'SCRAM-SHA-256\$4096:/);
	expect(statements).not.toContain('secret');
});

it('sends MariaDB a hash, and changes root last', () => {
	expect(nativeHash('password')).toBe('*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19');
	const env = {MARIADB_USER: "o'hara", MARIADB_PASSWORD: 'secret', MARIADB_ROOT_PASSWORD: 'more secret'};
	const lines = passwordStatements('mariadb', env).trim().split('\n');
	expect(lines.map(line => line.replace(/'\*.*/, ''))).toEqual([
		'SET SESSION sql_log_off = 1;',
		"ALTER USER IF EXISTS 'o''hara'@'%' IDENTIFIED VIA mysql_native_password USING ",
		"ALTER USER IF EXISTS 'root'@'%' IDENTIFIED VIA mysql_native_password USING ",
		"ALTER USER IF EXISTS 'root'@'localhost' IDENTIFIED VIA mysql_native_password USING ",
	]);
	expect(lines.join('\n')).not.toContain('secret');
});

it('quotes names and passwords for MySQL', () => {
	const statements = passwordStatements('mysql', {MYSQL_USER: 'app', MYSQL_PASSWORD: "it's \\ this"});
	expect(statements).toContain("ALTER USER IF EXISTS 'app'@'%' IDENTIFIED BY 'it''s \\\\ this';");
});
