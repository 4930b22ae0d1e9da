import {startProgram} from '../programs.ts';
import {failedBefore} from './issue-error.ts';

type DnsCommand = {
	/** A line for the shell, as the user gave it. */
	readonly line: string;
	/** `present` adds the TXT record and returns when every name server has it; `cleanup` removes it. */
	readonly action: 'present' | 'cleanup';
	/** Name of the record: `_acme-challenge.example.com`. */
	readonly name: string;
	readonly value: string;
	/** Folder that it runs in. */
	readonly folder: string;
	readonly signal: AbortSignal;
};

/** Changes in DNS may take minutes to spread. */
const limitMs = 10 * 60_000;
const keptBytes = 2000;

/**
 * Runs the command that changes the DNS of a domain, with action, name and value as its arguments.
 * @throws IssueError with its last output, if it fails or takes longer than ten minutes
 */
export async function runDnsCommand({line, action, name, value, folder, signal}: DnsCommand): Promise<void> {
	// The arguments are parameters of the shell, so they need no quotes.
	const child = startProgram('sh', ['-c', `${line} "$@"`, 'sh', action, name, value], {
		cwd: folder,
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	let output = '';
	const keep = (chunk: Buffer) => {
		output = (output + chunk.toString()).slice(-keptBytes);
	};
	child.stdout?.on('data', keep);
	child.stderr?.on('data', keep);
	// With everything that it started.
	const end = () => {
		try {
			if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
		} catch {
			// It has ended.
		}
	};
	const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
	limit.addEventListener('abort', end, {once: true});
	try {
		const [code, killedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
			child.on('error', reject);
			child.on('close', (...how) => resolve(how));
		});
		if (code === 0) return;
		signal.throwIfAborted();
		const last = output.trimEnd().split('\n').slice(-3).join(' ');
		const how = limit.aborted
			? 'it took longer than 10 minutes'
			: code === null
				? `ended by ${killedBy}`
				: `exit code ${code}`;
		throw failedBefore('dns-command', `${action} ${name}: ${how}${last === '' ? '' : `: ${last}`}`);
	} finally {
		limit.removeEventListener('abort', end);
	}
}
