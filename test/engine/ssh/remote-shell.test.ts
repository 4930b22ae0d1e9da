import {spawn} from 'node:child_process';
import {expect, test} from 'vitest';
import {createRemoteShell} from '../../../source/engine/ssh/remote-shell.ts';

/** A shell of this machine that greets as the profile of some users does. */
function openShell() {
	const child = spawn('sh', ['-c', 'echo "Welcome, what is begins?"; exec sh'], {stdio: ['pipe', 'pipe', 'ignore']});
	child.stdin.on('error', () => undefined);
	return {child, shell: createRemoteShell(child.stdin, child.stdout)};
}

test('commands run one after the other, with their output and exit code', async () => {
	const {child, shell} = openShell();
	const answers = await Promise.all([
		shell.ask('echo one; echo two >&2', 5000),
		shell.ask('printf "no line end, ünd Umlaute"; (exit 3)', 5000),
		shell.ask('cat', 5000),
		shell.ask(':', 5000),
	]);
	expect(answers).toEqual([
		{output: 'one\ntwo\n', exitCode: 0},
		{output: 'no line end, ünd Umlaute', exitCode: 3},
		// The shell's own input is not that of its commands.
		{output: '', exitCode: 0},
		{output: '', exitCode: 0},
	]);
	child.stdin.end();
	await new Promise(resolve => child.once('exit', resolve));
});

test('a command that takes too long is given up, and the next one waits for it', async () => {
	const {child, shell} = openShell();
	const late = shell.ask('sleep 0.5; echo late', 100);
	await expect(late).rejects.toMatchObject({code: 'ETIMEDOUT'});
	expect(await shell.ask('echo next', 5000)).toEqual({output: 'next\n', exitCode: 0});
	child.stdin.end();
});

test('an end of the connection ends what is asked', async () => {
	const {child, shell} = openShell();
	const asked = shell.ask('sleep 1000', 5000);
	child.kill('SIGKILL');
	await expect(asked).rejects.toMatchObject({code: 'ECONNRESET'});
});
