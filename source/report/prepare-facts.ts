import type {RemoteShell} from '../engine/ssh/remote-shell.ts';
import {partsOf} from './machine-facts.ts';

/** What a machine says of itself before Docker is installed on it. */
export type PrepareFacts = {
	/** As os-release calls it: `debian`, `ubuntu`. */
	readonly system: string;
	/** `12`, `24.04`; empty for a release without a number. */
	readonly version: string;
	/** For messages: `Debian GNU/Linux 12 (bookworm)`. */
	readonly title: string;
	readonly user: string;
	readonly groups: readonly string[];
	/** How the user becomes root without typing a password. */
	readonly root: 'is' | 'sudo' | 'no';
	/** The installed package that holds the engine; undefined without one. */
	readonly docker: string | undefined;
	/** Whether the engine runs. */
	readonly isRunning: boolean;
	/** Whether the engine starts with the machine; undefined without systemd. */
	readonly isEnabled: boolean | undefined;
};

const limitMs = 30_000;

const script = `
echo '== system'; cat /etc/os-release 2>/dev/null
echo '== user'; id -un
echo '== groups'; id -Gn
echo '== root'
if [ "$(id -u)" = 0 ]; then echo is; elif sudo -n true 2>/dev/null; then echo sudo; else echo no; fi
echo '== packages'; dpkg-query -W -f '\${db:Status-Status} \${Package}\\n' docker.io docker-ce moby-engine 2>/dev/null
echo '== running'; PATH="$PATH:/usr/sbin:/sbin:/bin" pidof dockerd
echo '== enabled'; if [ -d /run/systemd/system ]; then systemctl is-enabled docker 2>/dev/null || echo no; fi
echo '== end'`;

/** The fields of os-release. */
const fieldsOf = (text: string): Readonly<Record<string, string>> =>
	Object.fromEntries([...text.matchAll(/^([A-Z_]+)=["']?(.*?)["']?$/gm)].map(([, name, value]) => [name, value!]));

/** Reads the output of the script. */
export function parsePrepareFacts(output: string): PrepareFacts {
	const parts = partsOf(output);
	const text = (name: string): string => (parts.get(name) ?? '').trim();
	const {ID: system = '', VERSION_ID: version = '', PRETTY_NAME: title = ''} = fieldsOf(text('system'));
	const root = text('root');
	const enabled = text('enabled');
	return {
		system,
		version,
		title: title || system || 'an unknown system',
		user: text('user'),
		groups: text('groups').split(/\s+/),
		root: root === 'is' || root === 'sudo' ? root : 'no',
		docker: /^installed (\S+)$/m.exec(text('packages'))?.[1],
		isRunning: /^\d/.test(text('running')),
		isEnabled: enabled === '' ? undefined : enabled.startsWith('enabled'),
	};
}

/** Asks a machine. */
export const readPrepareFacts = async (shell: RemoteShell): Promise<PrepareFacts> =>
	parsePrepareFacts((await shell.ask(script, limitMs)).output);
