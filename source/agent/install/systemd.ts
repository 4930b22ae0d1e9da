import {chmodSync, existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, isAbsolute, join} from 'node:path';
import {UserError} from '../../errors.ts';
import {command, hint} from '../../hint.ts';
import {findProgram, runProgram} from '../../programs.ts';
import {fileError, replacePrivateFile} from '../../state/private-file.ts';
import {isOwnUnit, unitName, unitText} from './unit.ts';

export type Scope = 'user' | 'system';

/** The systemd of this machine. */
export type Systemd = {
	readonly scope: Scope;
	/** Absolute path of the unit file. */
	readonly unitPath: string;
	/** Runs `systemctl` with these arguments. @throws UserError with its output when it fails */
	readonly control: (...args: readonly string[]) => void;
};

type FindOptions = {
	readonly env?: NodeJS.ProcessEnv;
	/** The root of the file system; tests have another one. */
	readonly root?: string;
};

/** After `su` or `sudo`, the systemd of the user does not run. */
const noSession =
	'systemd does not run for this user here. Log in directly, or let it run without a login: sudo loginctl enable-linger USER';

/** Where systemd looks for the units of a user, or those of an administrator. */
function unitFolder(scope: Scope, env: NodeJS.ProcessEnv, root: string): string {
	if (scope === 'system') return join(root, 'etc/systemd/system');
	const xdg = env['XDG_CONFIG_HOME'];
	return join(xdg && isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.config'), 'systemd/user');
}

/**
 * Finds the systemd of this machine.
 * @throws UserError when it does not run, or when only root may change the units of the system
 */
export function findSystemd(scope: Scope, {env = process.env, root = '/'}: FindOptions = {}): Systemd {
	const program = findProgram('systemctl', homedir(), env);
	// What sd_booted(3) looks at.
	if (!program || !existsSync(join(root, 'run/systemd/system')))
		throw new UserError('systemd does not run on this machine.', {
			hint: hint`Install the agent as a container: ${command('agent install', '--container')}`,
		});
	if (scope === 'system' && root === '/' && process.getuid?.() !== 0)
		throw new UserError('Only root can install a unit of the system.', {
			hint: hint`Install one of your user instead: ${command('agent install')}`,
		});
	return {
		scope,
		unitPath: join(unitFolder(scope, env, root), unitName),
		control(...args) {
			const words = scope === 'user' ? ['--user', ...args] : args;
			const {status, stderr, error} = runProgram(program, words, {encoding: 'utf8', timeout: 60_000});
			if (status === 0) return;
			const cause = String(stderr ?? '').trim() || error?.message || `it exited with ${status}`;
			throw new UserError(`systemctl ${words.join(' ')} failed: ${cause}`, {
				hint: /connect to bus/.test(cause) ? noSession : 'Look at the log: journalctl -xe',
			});
		},
	};
}

/** The unit file; undefined without one. @throws UserError when somebody else wrote it */
function readOwnUnit(path: string): string | undefined {
	if (!existsSync(path)) return undefined;
	const text = readFileSync(path, 'utf8');
	if (isOwnUnit(text)) return text;
	throw new UserError(`${path} was not written by Compartment.`, {hint: 'Move it away.'});
}

type Installed = {readonly node: string; readonly script: string; readonly variables: Readonly<Record<string, string>>};

/** Installs the unit, or replaces it, and starts it. A unit that was not there before is removed when that fails. */
export function installUnit({scope, unitPath, control}: Systemd, installed: Installed): void {
	const isNew = readOwnUnit(unitPath) === undefined;
	try {
		mkdirSync(dirname(unitPath), {recursive: true});
		replacePrivateFile(unitPath, unitText({scope, ...installed}));
		chmodSync(unitPath, 0o644);
	} catch (error) {
		throw fileError('write', unitPath, error);
	}
	try {
		control('daemon-reload');
		control('enable', unitName);
		// A start would leave the previous version running.
		control('restart', unitName);
	} catch (error) {
		if (isNew) rmSync(unitPath, {force: true});
		throw error;
	}
}

/** Stops and removes the unit. Returns whether there was one. */
export function removeUnit({unitPath, control}: Systemd): boolean {
	if (readOwnUnit(unitPath) === undefined) return false;
	control('disable', '--now', unitName);
	rmSync(unitPath, {force: true});
	control('daemon-reload');
	return true;
}
