import {readOption, safeFolder} from '../config-text.ts';
import {computed, type FrameworkReader, server, setKind, site} from './framework.ts';

/** Next: files with `output: 'export'`, else a server. */
export const readNext: FrameworkReader = async ({config, has}) => {
	const found = await config('next.config');
	if (!found && !has('next')) return undefined;
	const {path, text} = found ?? {path: '', text: ''};
	const output = readOption(text, 'output');
	// All dependencies are in the image, so `next start` serves what `standalone` would serve too.
	const made = server('next start');
	if (output?.type === 'computed')
		return {name: 'Next', made, doubt: `${computed(path, 'output', 'a server')}: ${setKind}`};
	if (output?.value !== 'export') return {name: 'Next', made};
	const folder = readOption(text, 'distDir');
	const known = folder?.type === 'literal' ? safeFolder(folder.value) : undefined;
	const doubt =
		folder && !known
			? `${computed(path, 'distDir', 'the folder out')}: set build.outputDirectory to change it`
			: undefined;
	return {name: 'Next with output: export', made: site(known ?? 'out'), ...(doubt && {doubt})};
};
