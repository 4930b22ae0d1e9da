import {renameSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {descriptorFile} from '../descriptor/names.ts';
import {messageOf, UserError} from '../errors.ts';
import {command} from '../hint.ts';

type Target = {
	readonly folder: string;
	/** Path of compartment.yml, for messages. */
	readonly shown: string;
	/** Otherwise a file that is there stays. */
	readonly isReplaced: boolean;
};

/**
 * Writes a compartment.yml as a whole or not at all.
 * @throws UserError when there is one that must stay, or it cannot be written
 */
export function writeDescriptor(text: string, {folder, shown, isReplaced}: Target): void {
	const file = join(folder, descriptorFile);
	const written = isReplaced ? `${file}.${process.pid}.new` : file;
	try {
		writeFileSync(written, text, {flag: 'wx'});
		if (isReplaced) renameSync(written, file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST')
			throw new UserError(`${shown} already exists.`, {hint: command('validate')});
		rmSync(written, {force: true});
		throw new UserError(`cannot write ${shown}: ${messageOf(error)}`);
	}
}
