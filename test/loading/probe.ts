import {writeFileSync} from 'node:fs';
import {registerHooks} from 'node:module';

// Loaded before the command line. Writes what it has loaded since then to the file LOADED: at the end, or as soon as it
// writes the text LOADED_UNTIL.
const {stdout, env} = process;
const {LOADED = '', LOADED_UNTIL} = env;
const files: string[] = [];
let isWritten = false;

const modules = (): readonly string[] =>
	'moduleLoadList' in process ? (process.moduleLoadList as readonly string[]) : [];

registerHooks({
	load(url, context, next) {
		if (url.startsWith('file:')) files.push(url);
		return next(url, context);
	},
});
const before = new Set(modules());

function report(): void {
	if (isWritten) return;
	isWritten = true;
	writeFileSync(LOADED, JSON.stringify({files, modules: modules().filter(name => !before.has(name))}));
}

process.on('exit', report);
const write = stdout.write.bind(stdout);
stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
	if (LOADED_UNTIL !== undefined && String(chunk).includes(LOADED_UNTIL)) report();
	return write(chunk, ...rest);
}) as typeof stdout.write;
