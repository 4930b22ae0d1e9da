import {
	chmodSync,
	chownSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {UserError} from '../../source/errors.ts';
import {checkDirectory, ensureDirectory, stateDirectory} from '../../source/state/directory.ts';
import {listEnvironments} from '../../source/state/environments.ts';
import {assertOwn, statsOf} from '../../source/state/private-file.ts';
import {statePath} from '../../source/state/state-file.ts';
import {readState, writeState} from '../../source/state/store.ts';
import {emptyState, runChild, temporaryDirectory, writeNumbered} from './fixtures.ts';

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

function modesBelow(directory: string): Record<string, string> {
	const names = readdirSync(directory, {recursive: true, encoding: 'utf8'});
	return Object.fromEntries(names.map(name => [name, modeOf(join(directory, name))]));
}

describe('ensureDirectory', () => {
	it('makes a private, git-ignored folder for each environment', () => {
		const project = temporaryDirectory();
		const {path, warnings} = ensureDirectory(project, 'Über Größe/..');
		expect(path).toBe(stateDirectory(project, 'Über Größe/..'));
		expect(path.startsWith(join(project, '.compartment/'))).toBe(true);
		expect(readFileSync(join(project, '.compartment', '.gitignore'), 'utf8')).toBe('*\n');
		expect([modeOf(join(project, '.compartment')), modeOf(path)]).toEqual(['700', '700']);
		expect(warnings).toEqual([]);
		expect(ensureDirectory(project, 'Über Größe/..')).toEqual({path, warnings: []});
	});

	it.each(['000', '022', '377'])('makes every file and folder private under umask %s', async umask => {
		const project = temporaryDirectory();
		const home = join(temporaryDirectory(), 'own');
		const env = {TEST_UMASK: String(Number.parseInt(umask, 8)), COMPARTMENT_CONFIG_HOME: home};
		const {code, output} = await runChild('everything', project, env);
		expect(output).toContain('lock true');
		expect(code).toBe(0);
		expect(modesBelow(project)).toEqual({
			'.compartment': '700',
			'.compartment/.gitignore': '600',
			'.compartment/production': '700',
			'.compartment/production/audit.ndjson': '600',
			'.compartment/production/history': '700',
			'.compartment/production/history/journal.run_child.ndjson': '600',
			'.compartment/production/history/state.1.json': '600',
			'.compartment/production/journal.ndjson': '600',
			// Systems with file locks use one file, without a number.
			[`.compartment/production/${process.platform === 'linux' ? 'lock.1' : 'lock'}`]: '600',
			'.compartment/production/lock.json': '600',
			'.compartment/production/state.json': '600',
		});
		expect([modeOf(home), modeOf(join(home, 'identity'))]).toEqual(['700', '600']);
	});

	it('removes the permissions of other users, with a warning', async () => {
		const project = temporaryDirectory();
		const {path} = ensureDirectory(project, 'production');
		await writeNumbered(path, 1);
		chmodSync(path, 0o755);
		chmodSync(statePath(path), 0o644);
		expect(checkDirectory(project, 'production')).toEqual([
			`${path} was accessible to other users (mode 755); changed it to 700.`,
			`${statePath(path)} was accessible to other users (mode 644); changed it to 600.`,
		]);
		expect([modeOf(path), modeOf(statePath(path))]).toEqual(['700', '600']);
		expect(checkDirectory(project, 'production')).toEqual([]);
	});

	it('refuses links in place of the folders', () => {
		const elsewhere = temporaryDirectory();
		const linkedRoot = temporaryDirectory();
		symlinkSync(elsewhere, join(linkedRoot, '.compartment'));
		expect(() => ensureDirectory(linkedRoot, 'production')).toThrow(/\.compartment is a symbolic link/);
		expect(readdirSync(elsewhere)).toEqual([]);

		const linkedEnvironment = temporaryDirectory();
		mkdirSync(join(linkedEnvironment, '.compartment'));
		symlinkSync(elsewhere, join(linkedEnvironment, '.compartment', 'production'));
		expect(() => ensureDirectory(linkedEnvironment, 'production')).toThrow(/production is a symbolic link/);
		expect(readdirSync(elsewhere)).toEqual([]);
	});

	it.each(['state.json', 'journal.ndjson', 'audit.ndjson', 'lock.json', 'history'])(
		'refuses a link in place of %s, and leaves its target alone',
		async name => {
			const project = temporaryDirectory();
			const target = join(temporaryDirectory(), 'target');
			writeFileSync(target, 'precious');
			const {path} = ensureDirectory(project, 'production');
			symlinkSync(target, join(path, name));
			expect(() => ensureDirectory(project, 'production')).toThrow(
				expect.objectContaining({hint: expect.stringContaining(`rm '${join(path, name)}'`)}),
			);
			if (name === 'state.json') {
				await expect(readState(path)).rejects.toThrow(/symbolic link/);
				await expect(writeState(path, emptyState(), null)).rejects.toThrow(/symbolic link/);
			}
			expect(readFileSync(target, 'utf8')).toBe('precious');
		},
	);

	it('refuses files that another user owns', () => {
		const project = temporaryDirectory();
		const {path} = ensureDirectory(project, 'production');
		const stats = statsOf(path)!;
		expect(() => assertOwn(path, stats)).not.toThrow();
		expect(() => assertOwn(path, Object.assign(Object.create(stats), {uid: stats.uid + 1}))).toThrow(
			expect.objectContaining({hint: expect.stringContaining(`sudo chown -R ${stats.uid} '${path}'`)}),
		);
		// Only root can give a folder away.
		if (process.getuid?.() !== 0) return;
		chownSync(path, 12_345, 12_345);
		expect(() => ensureDirectory(project, 'production')).toThrow(/belongs to user 12345, and you are user 0/);
	});

	it('refuses a file in place of the folder, and a missing project', () => {
		const project = temporaryDirectory();
		writeFileSync(join(project, '.compartment'), '');
		expect(() => ensureDirectory(project, 'production')).toThrow(UserError);
		expect(() => ensureDirectory(join(project, 'nowhere'), 'production')).toThrow(/Cannot find the project folder/);
	});

	it('creates nothing when it only checks', () => {
		const project = temporaryDirectory();
		expect(checkDirectory(project, 'production')).toEqual([]);
		expect(readdirSync(project)).toEqual([]);
	});
});

describe('listEnvironments', () => {
	it('takes names from the states, not from the folders', async () => {
		const project = temporaryDirectory();
		for (const environment of ['production', 'Preview #7', 'empty']) {
			const {path} = ensureDirectory(project, environment);
			if (environment !== 'empty') await writeState(path, {...emptyState(), environment}, null);
		}
		expect((await listEnvironments(project)).map(({environment}) => environment)).toEqual(['Preview #7', 'production']);
		expect(await listEnvironments(temporaryDirectory())).toEqual([]);
	});

	it('lists an environment whose state is damaged', async () => {
		const project = temporaryDirectory();
		const {path} = ensureDirectory(project, 'Preview #7');
		const first = await writeState(path, {...emptyState(), environment: 'Preview #7'}, null);
		await writeState(path, first, first);
		writeFileSync(statePath(path), '');
		const [entry] = await listEnvironments(project);
		expect(entry).toMatchObject({environment: 'Preview #7', problem: expect.stringContaining('is empty')});
	});
});
