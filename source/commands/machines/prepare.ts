import {canAsk} from '../../console/can-ask.ts';
import {confirm} from '../../console/confirm.ts';
import {connectDocker} from '../../engine/docker.ts';
import type {RemoteShell} from '../../engine/ssh/remote-shell.ts';
import {untilAnswered} from '../../engine/until-answered.ts';
import {UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine, sanitiseText} from '../../output/sanitise.ts';
import {createTerminal, type Terminal} from '../../output/terminal.ts';
import {readPrepareFacts} from '../../report/prepare-facts.ts';
import {type PrepareCommand, planPreparation} from '../../report/prepare-plan.ts';
import {findMachine, readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

type PrepareFlags = CommonFlags & {readonly yes?: boolean; readonly dryRun?: boolean};

/** Packages come from the network of the machine. */
const limitMs = 15 * 60_000;

const reportedLines = 15;

/** The address of a machine that was added, or one that was typed: a machine can be added only once its engine answers. */
async function addressOf(text: string): Promise<string> {
	if (text.includes('://')) return text;
	const {machines} = await readSettings();
	return findMachine(text, machines).address;
}

async function shellOf(address: string): Promise<RemoteShell> {
	const shell = await connectDocker({host: address}).shell();
	if (shell) return shell;
	throw new UserError(`${address} is not reached over ssh, so nothing can be installed there`, {
		hint: 'Use an address such as ssh://deploy@web1.',
	});
}

/** Runs the commands one after the other. @throws UserError with the end of the output of the first that fails */
async function runCommands(shell: RemoteShell, commands: readonly PrepareCommand[], inform: Terminal['inform']) {
	for (const {line} of commands) {
		inform(`$ ${line}`);
		const {output, exitCode} = await shell.ask(line, limitMs);
		if (exitCode === 0) continue;
		const last = sanitiseText(output.trimEnd().split('\n').slice(-reportedLines).join('\n'));
		throw new UserError(`${line} failed on the machine with exit code ${exitCode}:\n${last}`, {
			hint: hint`What ran before stays. Mend it there, then: ${again()}`,
		});
	}
}

/** Connects anew, because a group counts from the next login on. */
async function checkEngine(address: string): Promise<string> {
	const {closeTunnels} = await import('../../engine/ssh/tunnel.ts');
	await closeTunnels();
	const {version} = await untilAnswered(() => connectDocker({host: address}).info());
	return version;
}

async function approve({yes}: PrepareFlags): Promise<void> {
	if (yes) return;
	if (!canAsk()) throw new UserError('Nothing is installed without an approval.', {hint: again('--yes')});
	await confirm('Run these commands on the machine?');
}

/**
 * `compartment machine prepare MACHINE|ADDRESS`: installs Docker on a machine that is reached over ssh, after showing the commands.
 * Does nothing where nothing is missing.
 */
export async function machinePrepare(machine: string, flags: PrepareFlags): Promise<void> {
	const {print, inform, paint} = createTerminal(flags);
	const address = await addressOf(machine);
	const shell = await shellOf(address);
	const facts = await readPrepareFacts(shell);
	const commands = planPreparation(facts);
	const isPlanned = flags.dryRun === true;
	const show = isJson(flags) ? inform : print;
	show(sanitiseLine(`${address} runs ${facts.title}, and you are ${facts.user}.`));
	for (const {line, reason} of commands) show(`\n  ${paint.accent(line)}\n    ${paint.dim(reason)}`);
	if (commands.length > 0) show('');
	if (commands.length > 0 && !isPlanned) {
		await approve(flags);
		await runCommands(shell, commands, inform);
	}
	const version = isPlanned && commands.length > 0 ? null : await checkEngine(address);
	if (isJson(flags)) {
		process.stdout.write(jsonDocument({address, system: facts.title, commands, isDone: !isPlanned, version}));
		return;
	}
	if (version === null) return print('Nothing was changed.');
	print(`${commands.length === 0 ? 'Nothing is missing' : 'Prepared'}: Docker ${sanitiseLine(version)} answers.`);
	const next = machine === address ? command('machine add', 'web1', address) : command('machine doctor', machine);
	print(paint.dim(hintText(hint`Next: ${next}`)));
}
