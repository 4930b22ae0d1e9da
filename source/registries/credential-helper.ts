import path from 'node:path';
import {UserError} from '../errors.ts';
import {findProgram, startProgram} from '../programs.ts';

type Request = {
	/** What follows `docker-credential-` in the name of the program. */
	readonly helper: string;
	readonly action: 'get' | 'store' | 'erase' | 'list';
	/** Standard input. */
	readonly input?: string;
	/** Never part of a message. */
	readonly secret?: string;
	/** How long it may take, in milliseconds. Default: 30 s, for those that ask a server or open a key ring. */
	readonly limitMs?: number;
};

/** How a helper says that it has nothing for a registry. */
const nothingFound = /credentials not found in native keychain/i;

const mostBytes = 1024 * 1024;
const mostCharacters = 200;

const programOf = (helper: string): string => `docker-credential-${helper}`;

function pathOf(helper: string): string {
	const program = programOf(helper);
	const file = /^[\w.-]+$/.test(helper) ? findProgram(program, process.cwd()) : undefined;
	if (file !== undefined) return file;
	throw new UserError(`the credential helper ${program} is not on the PATH`, {
		hint: "Install it, or remove it from docker's configuration.",
	});
}

/** What a helper printed, as one line without the secret. A document is no message, and may hold a secret. */
function shownOutput(output: string, secret: string | undefined): string {
	const line = output.trim().split('\n')[0]?.trim() ?? '';
	if (line === '' || /^[[{"]/.test(line)) return '';
	return `: ${(secret ? line.replaceAll(secret, '…') : line).slice(0, mostCharacters)}`;
}

/**
 * Runs a credential helper of docker with one request.
 * @returns its output; undefined if it has nothing for this registry
 * @throws UserError that names the helper, if it is missing, fails, or takes too long
 */
export async function askHelper(request: Request): Promise<string | undefined> {
	const {helper, action, input = '', secret, limitMs = 30_000} = request;
	const program = programOf(helper);
	const file = pathOf(helper);
	// Not in the project, whose files could configure the program.
	const child = startProgram(file, [action], {cwd: path.parse(file).root, stdio: ['pipe', 'pipe', 'pipe']});
	const output = {stdout: '', stderr: ''};
	for (const name of ['stdout', 'stderr'] as const)
		child[name]!.setEncoding('utf8').on('data', (text: string) => {
			if (output[name].length < mostBytes) output[name] += text;
		});
	// It may end without reading its input.
	child.stdin!.on('error', () => undefined).end(input);
	let limit: NodeJS.Timeout | undefined;
	try {
		const code = await new Promise<number | null>((resolve, reject) => {
			limit = setTimeout(() => {
				reject(new UserError(`${program} ${action} did not end within ${limitMs / 1000} s`));
			}, limitMs);
			child.once('error', ({message}) => reject(new UserError(`${program} cannot be started: ${message}`)));
			child.once('close', resolve);
		});
		if (code === 0) return output.stdout;
		if (nothingFound.test(output.stdout)) return undefined;
		const shown = shownOutput(output.stdout, secret) || shownOutput(output.stderr, secret);
		throw new UserError(`${program} ${action} failed${code === null ? '' : ` with exit code ${code}`}${shown}`);
	} finally {
		clearTimeout(limit);
		child.kill('SIGKILL');
		// What it started may keep them open.
		for (const stream of [child.stdout, child.stderr]) stream?.destroy();
	}
}
