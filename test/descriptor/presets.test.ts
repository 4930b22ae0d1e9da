import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {presetNames} from '../../source/descriptor/presets/index.ts';
import {commandOf, db, read} from './support.ts';

const resourceOf = (text: string) => read(text).resources[0]!;
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name, 'compartment.yml'), 'utf8');

it('preset postgres expands to the full resource of the fixture, except for its commands', () => {
	const {operations, preset, ...rest} = resourceOf(fixture('docs-postgres-preset'));
	const {operations: expected, ...expanded} = resourceOf(fixture('docs-postgres-preset-expanded'));
	expect(rest).toEqual(expanded);
	expect(preset).toBe('postgres');
	expect(operations.backup!.schedule).toEqual(expected.backup!.schedule);
});

it('preset postgres backs up what a restore can replace, and restores all or nothing', () => {
	const {backup, restore} = resourceOf(db('{preset: postgres}')).operations;
	expect(commandOf(backup)).toContain('pg_dump --clean --if-exists');
	expect(commandOf(backup)).toContain('--file "$COMPARTMENT_BACKUP_DIR/postgres.sql"');
	expect(commandOf(restore)).toContain('psql -X -v ON_ERROR_STOP=1 --single-transaction');
	// psql takes --single-transaction only with --file or --command, not with a redirected standard input.
	expect(commandOf(restore)).toContain('--file "$COMPARTMENT_BACKUP_DIR/postgres.sql"');
	expect(commandOf(restore)).not.toContain('<"');
	expect(commandOf(backup)).toContain('PGPASSWORD="$POSTGRES_PASSWORD"');
});

it('env of a preset resource overrides plain values', () => {
	const resource = resourceOf(db('{preset: postgres, env: {POSTGRES_DB: shop, TZ: UTC}}'));
	expect(resource.env).toEqual({POSTGRES_DB: 'shop', POSTGRES_USER: 'app', TZ: 'UTC'});
	expect(resource.generatedVariables).toHaveProperty('POSTGRES_PASSWORD');
});

it('a password in env is not generated', () => {
	const resource = resourceOf(db('{preset: postgres, env: {POSTGRES_PASSWORD: x}}'));
	expect(resource.generatedVariables).toEqual({});
});

it.each(presetNames)('preset %s has readiness, outputs, backup and restore', name => {
	const resource = resourceOf(db(`{preset: ${name}, env: {TZ: UTC}}`));
	expect(resource).toMatchObject({preset: name, env: {TZ: 'UTC'}, restart: {policy: 'unless-stopped'}});
	expect(Object.keys(resource.volumes)).toEqual(['data']);
	expect(resource.ports).toContain(resource.readiness!.port);
	expect(resource.outputs['connection-url']!.sensitive).toBe(true);
	const {backup, restore} = resource.operations;
	expect(commandOf(backup)).toContain('$COMPARTMENT_BACKUP_DIR/');
	expect(commandOf(restore)).toContain('$COMPARTMENT_BACKUP_DIR/');
	expect(backup!.schedule).toEqual({interval: 'daily', retention: {maxAgeDays: 7}});
	// A password in env is not generated.
	const [key] = Object.keys(resource.generatedVariables);
	const written = resourceOf(db(`{preset: ${name}, env: {${key}: x}}`));
	expect(Object.keys(written.generatedVariables)).not.toContain(key);
});
