import {mkdirSync, readFileSync, realpathSync} from 'node:fs';
import {dirname} from 'node:path';
import {codeOf, fileError, replacePrivateFile} from '../state/private-file.ts';
import {type DockerConfig, readDockerConfig} from './docker-config.ts';

/** The file behind a link, because people keep their configuration in a repository. */
function targetOf(path: string): string {
	try {
		return realpathSync(path);
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return path;
		throw error;
	}
}

const endOf = (path: string): string => (readFileSync(path, 'utf8').endsWith('\n') ? '\n' : '');

/**
 * Replaces `auths` of docker's configuration, and nothing else: atomically, and readable by its owner alone. Reads the
 * file again, so that little time passes between both.
 * @throws UserError if the file cannot be read or written
 */
export function changeAuths(
	change: (auths: DockerConfig['auths']) => DockerConfig['auths'],
	env: Readonly<Record<string, string | undefined>> = process.env,
): void {
	const {path, content, auths} = readDockerConfig(env);
	try {
		mkdirSync(dirname(path), {recursive: true, mode: 0o700});
		const target = targetOf(path);
		const end = content === undefined ? '\n' : endOf(target);
		replacePrivateFile(target, JSON.stringify({...content, auths: change(auths)}, undefined, '\t') + end);
	} catch (error) {
		throw fileError('write', path, error);
	}
}
