import {chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** A program `ssh` that runs the command of the other machine on this one. */
export type FakeSsh = {
	/** The variables with which it is found. */
	readonly PATH: string;
	/** Home folder on the other machine. */
	readonly home: string;
	/** Lets it end like this, after it has written a text to standard error; undefined: as usual again. */
	readonly fail: (how: {readonly exitCode: number; readonly text: string} | undefined) => void;
	readonly close: () => void;
};

/** @param shell what the other machine's user has as a shell */
export function makeFakeSsh(shell = '/bin/sh'): FakeSsh {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-ssh-'));
	const [home, bin, failure] = ['home', 'bin', 'failure'].map(name => join(folder, name)) as [string, string, string];
	for (const each of [home, bin]) mkdirSync(each);
	writeFileSync(
		join(bin, 'ssh'),
		`#!/bin/sh\n[ ! -e '${failure}' ] || . '${failure}'\nfor last; do :; done\ncd '${home}' && exec ${shell} -c "$last"\n`,
	);
	chmodSync(join(bin, 'ssh'), 0o755);
	return {
		PATH: `${bin}:${process.env['PATH']}`,
		home,
		fail(how) {
			if (how) writeFileSync(failure, `echo '${how.text}' >&2\nexit ${how.exitCode}\n`);
			else rmSync(failure, {force: true});
		},
		close: () => rmSync(folder, {recursive: true, force: true}),
	};
}
