/** Name of the systemd unit. */
export const unitName = 'compartment-agent.service';

const mark = '# Written by Compartment, which replaces and removes it with the installed agent.';

/** Whether a unit file is ours. */
export const isOwnUnit = (text: string): boolean => text.startsWith(`${mark}\n`);

type Unit = {
	readonly scope: 'user' | 'system';
	/** Absolute path of node. */
	readonly node: string;
	/** Absolute path of the command line. */
	readonly script: string;
	readonly variables: Readonly<Record<string, string>>;
};

/** A word in a unit file: quoted, without specifiers (`%`). The manual is systemd.syntax(7). */
const quote = (word: string): string =>
	`"${word.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('%', '%%')}"`;

/** A word of a command line, in which `$` would begin a variable. */
const quoteCommand = (word: string): string => quote(word).replaceAll('$', '$$$$');

/** The unit file of an agent. It is world-readable, so it must hold no secret. */
export function unitText({scope, node, script, variables}: Unit): string {
	const environment = Object.entries(variables).map(([name, value]) => `Environment=${quote(`${name}=${value}`)}`);
	return [
		mark,
		'[Unit]',
		'Description=Compartment agent',
		// A user's systemd does not know the units of the system. The agent waits for its engine in any case.
		...(scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target docker.service'] : []),
		'',
		'[Service]',
		`ExecStart=${[node, script].map(quoteCommand).join(' ')} agent run`,
		...environment,
		'Restart=always',
		// While another agent of this engine runs, this one ends at once.
		'RestartSec=30',
		// It finishes what it has begun, such as a backup.
		'TimeoutStopSec=300',
		'',
		'[Install]',
		`WantedBy=${scope === 'system' ? 'multi-user' : 'default'}.target`,
		'',
	].join('\n');
}
