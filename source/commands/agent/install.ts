import {homedir} from 'node:os';
import {type Bundle, findBundle} from '../../agent/install/bundle.ts';
import {findSystemd, installUnit, removeUnit, type Scope} from '../../agent/install/systemd.ts';
import {unitName} from '../../agent/install/unit.ts';
import {agentVariables, secretWarnings} from '../../agent/install/variables.ts';
import {readRegistry} from '../../agent/registry.ts';
import {UserError} from '../../errors.ts';
import {command} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal, type Terminal, warn} from '../../output/terminal.ts';
import {askProgram, findProgram} from '../../programs.ts';
import {userName} from '../../state/user-name.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {openEngine} from '../../workspace/workspace.ts';

type InstallFlags = CommonFlags & {readonly system?: boolean; readonly container?: boolean};

function assertOne({system, container}: InstallFlags): void {
	if (system && container) throw new UserError('--system and --container exclude each other.');
}

/** Root has no session that a unit of a user could belong to. */
const scopeOf = ({system}: InstallFlags): Scope => (system || process.getuid?.() === 0 ? 'system' : 'user');

const scopeText: Readonly<Record<Scope, string>> = {user: 'of your user', system: 'of the system'};

/** Units of a user end with the user's last session, unless they linger. */
async function lingerWarnings(): Promise<readonly string[]> {
	const program = findProgram('loginctl', homedir());
	const answer = program && (await askProgram(program, ['show-user', userName(), '--property=Linger']));
	return answer?.trim() === 'Linger=no' ? ['It ends when you log out. To keep it running: loginctl enable-linger'] : [];
}

function finish(terminal: Terminal, warnings: readonly string[]): void {
	const {inform, paint} = terminal;
	warn(terminal, [...warnings, ...secretWarnings(process.env).map(hintText)]);
	if (readRegistry().length === 0)
		inform(`No project is registered yet. Add one: ${paint.accent(hintText(command('agent add', 'FOLDER')))}`);
}

async function installAsUnit(bundle: Bundle, flags: InstallFlags, terminal: Terminal): Promise<void> {
	const scope = scopeOf(flags);
	const systemd = findSystemd(scope);
	installUnit(systemd, {...bundle, variables: agentVariables(process.env)});
	if (isJson(flags)) process.stdout.write(jsonDocument({kind: 'systemd', scope, unit: systemd.unitPath}));
	else terminal.print(`The agent runs as ${unitName} ${scopeText[scope]}.`);
	finish(terminal, scope === 'user' ? await lingerWarnings() : []);
}

async function installAsContainer(bundle: Bundle, flags: InstallFlags, terminal: Terminal): Promise<void> {
	const {installContainer} = await import('../../agent/install/container.ts');
	const {engine, settings} = await openEngine();
	const {name, folders} = await installContainer({engine, settings}, bundle);
	if (isJson(flags)) process.stdout.write(jsonDocument({kind: 'container', container: name, folders}));
	else
		terminal.print(
			[
				`The agent runs in container ${name}, which sees`,
				...folders.map(folder => `  ${sanitiseLine(folder)}`),
				`It is replaced when you register another project: ${hintText(command('agent add', 'FOLDER'))}`,
			].join('\n'),
		);
	finish(terminal, []);
}

/** `compartment agent install`: makes the agent start with the machine, as a systemd unit or as a container. */
export async function agentInstall(flags: InstallFlags): Promise<void> {
	assertOne(flags);
	const terminal = createTerminal(flags);
	const bundle = findBundle();
	await (flags.container ? installAsContainer : installAsUnit)(bundle, flags, terminal);
}

/** `compartment agent uninstall`: stops the installed agent and removes it. What it looked after keeps running. */
export async function agentUninstall(flags: InstallFlags): Promise<void> {
	assertOne(flags);
	const {print} = createTerminal(flags);
	const scope = scopeOf(flags);
	const what = flags.container ? 'a container' : `a unit ${scopeText[scope]}`;
	const isRemoved = flags.container
		? await (await import('../../agent/install/container.ts')).uninstallContainer(await openEngine())
		: removeUnit(findSystemd(scope));
	if (!isRemoved) throw new UserError(`The agent is not installed as ${what}.`, {hint: command('agent status')});
	if (isJson(flags)) process.stdout.write(jsonDocument({kind: flags.container ? 'container' : 'systemd'}));
	else print(`The agent is not installed as ${what} any more. What it looked after keeps running.`);
}
