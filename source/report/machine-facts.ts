import {type Disk, parseDf} from '../agent/engine-disk.ts';
import {readListening} from '../apply/listening.ts';
import type {EngineInfo} from '../engine/engine.ts';
import type {RemoteShell} from '../engine/ssh/remote-shell.ts';

/** What a shell on a machine tells. */
export type MachineFacts = {
	readonly user: string;
	/** Groups of the user. */
	readonly groups: readonly string[];
	/** That of the engine's images and volumes. */
	readonly disk: Disk | undefined;
	/** TCP ports on which something listens. */
	readonly listening: readonly number[];
	/** Whether the kernel passes packets on between networks; undefined when it does not say. */
	readonly forwards: boolean | undefined;
	/** Rules of the chain FORWARD; undefined when the user may not read them. */
	readonly forwardRules: readonly string[] | undefined;
};

const limitMs = 15_000;

// A path of the engine becomes part of a script.
const isPlainPath = (path: string): boolean => /^\/[\w./+-]*$/.test(path);

const script = (directory: string): string => `
sudo=
[ "$(id -u)" = 0 ] || sudo='sudo -n'
echo '== user'; id -un
echo '== groups'; id -Gn
echo '== disk'; df -Pk '${isPlainPath(directory) ? directory : '/'}' 2>/dev/null || df -Pk /
echo '== listening'; cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
echo '== forwards'; cat /proc/sys/net/ipv4/ip_forward 2>/dev/null
echo '== rules'; PATH="$PATH:/usr/sbin:/sbin" $sudo iptables -S FORWARD 2>/dev/null
echo '== end'`;

/** The parts of the output, by the name in the line before each. */
export const partsOf = (output: string): ReadonlyMap<string, string> =>
	new Map(
		output.split(/^== /m).flatMap(part => {
			const [, name, text] = /^(\w+)\n([\s\S]*)$/.exec(part) ?? [];
			return name === undefined ? [] : [[name, text!] as const];
		}),
	);

/** Reads the output of the script. */
export function parseFacts(output: string): MachineFacts {
	const parts = partsOf(output);
	const text = (name: string): string => (parts.get(name) ?? '').trim();
	const lines = (name: string): string[] =>
		text(name)
			.split('\n')
			.filter(line => line !== '');
	const rules = lines('rules').filter(line => line.startsWith('-'));
	return {
		user: text('user'),
		groups: text('groups').split(/\s+/),
		disk: parseDf(parts.get('disk') ?? ''),
		listening: [...new Set(readListening(parts.get('listening') ?? '').map(({port}) => port))].sort((a, b) => a - b),
		forwards: text('forwards') === '' ? undefined : text('forwards') !== '0',
		forwardRules: rules.length === 0 ? undefined : rules,
	};
}

/** Asks a machine. */
export const readFacts = async (
	shell: RemoteShell,
	{rootDirectory}: Pick<EngineInfo, 'rootDirectory'>,
): Promise<MachineFacts> => parseFacts((await shell.ask(script(rootDirectory), limitMs)).output);
