import {homedir} from 'node:os';
import {isAbsolute, join} from 'node:path';

/**
 * The folder of the user's settings and identity: COMPARTMENT_CONFIG_HOME, else `compartment` in XDG_CONFIG_HOME (ignored
 * when relative, as the XDG specification requires), else in `~/.config`.
 */
export function configurationDirectory(env: NodeJS.ProcessEnv = process.env): string {
	const own = env['COMPARTMENT_CONFIG_HOME'];
	if (own) return own;
	const xdg = env['XDG_CONFIG_HOME'];
	return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.config'), 'compartment');
}
