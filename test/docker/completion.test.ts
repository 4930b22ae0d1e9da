import {execFileSync, spawnSync} from 'node:child_process';
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, inject, test} from 'vitest';
import {withSandbox} from './cli.ts';

const sandbox = withSandbox(opened => {
	opened.describe({
		services: {web: {kind: 'web', image: 'nginx'}, worker: {kind: 'worker', image: 'busybox'}},
		resources: {db: {preset: 'postgres'}},
	});
	opened.write({'certs/full.pem': '', 'certs/note.txt': ''});
});

/** A shell with `compartment` in its PATH. */
function shell(program: string, args: readonly string[], script: string): string {
	const bin = join(dirname(sandbox.folder), 'bin');
	mkdirSync(bin, {recursive: true});
	writeFileSync(join(bin, 'compartment'), `#!/bin/sh\nexec '${process.execPath}' '${inject('cli')}' "$@"\n`);
	chmodSync(join(bin, 'compartment'), 0o755);
	const env = {...sandbox.env, PATH: `${bin}:${process.env['PATH']}`};
	return execFileSync(program, [...args, script], {cwd: sandbox.folder, env, encoding: 'utf8'});
}

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** What bash offers for a line, split into words as bash does. */
const bash = (...words: readonly string[]): string[] =>
	shell(
		'bash',
		['--norc', '--noprofile', '-c'],
		`eval "$(compartment completion bash)"
		COMP_WORDS=(compartment ${words.map(word => `'${word}'`).join(' ')}) COMP_CWORD=${words.length}
		_compartment
		printf '%s\\n' "\${COMPREPLY[@]}"`,
	)
		.split('\n')
		.filter(line => line !== '');

describe('bash', () => {
	test('completes commands, flags, names and files', () => {
		expect(bash('pl')).toEqual(['plan']);
		expect(bash('plan', '--detailed')).toEqual(['--detailed-exitcode']);
		expect(bash('logs', 'w')).toEqual(['web', 'worker']);
		expect(bash('resource', 'inspect', '--resource', '=', '')).toEqual(['db']);
		expect(bash('domain', 'add', 'shop.example.com', '--cert', 'certs/f')).toEqual(['certs/full.pem']);
		expect(bash('nonsense', '')).toEqual([]);
	});

	test('knows the script for its function', () => {
		expect(
			shell('bash', ['--norc', '--noprofile', '-c'], 'eval "$(compartment completion bash)"; complete -p compartment'),
		).toBe('complete -F _compartment compartment\n');
	});
});

test.skipIf(!has('fish'))('fish completes names', () => {
	const script = 'compartment completion fish | source; complete -C "compartment logs w"';
	expect(shell('fish', ['--no-config', '-c'], script)).toMatch(/^web\b[\s\S]*^worker\b/m);
});

test.skipIf(!has('zsh'))('zsh accepts its script', () => {
	const script =
		'autoload -U compinit && compinit -D; eval "$(compartment completion zsh)"; print -r -- $_comps[compartment]';
	expect(shell('zsh', ['-f', '-c'], script)).toBe('_compartment\n');
});
