import {randomBytes} from 'node:crypto';
import {posix} from 'node:path';
import {openSshClient, type SshPlace} from './ssh-run.ts';
import {type Store, StoreError, type StoreFile} from './store.ts';

/** Where a file lies until all of it is there. */
const temporaryStart = '.upload-';

/** Makes what was written last through a power failure. Not every `sync` takes a file. */
const synced = (path: string): string => `{ sync ${path} 2>/dev/null || sync; }`;

const scripts = {
	list: `[ -e "$1/$2" ] || exit 0; cd "$1" && find "./$2" -type f ! -name "${temporaryStart}*" -exec ls -ln {} +`,
	read: 'cat "$1/$2"',
	readEach:
		'cd "$1" || exit; while IFS= read -r f; do [ -f "./$f" ] || continue; n=$(wc -c <"./$f"); echo "$((n)) $f"; cat "./$f"; done',
	write: `umask 077; mkdir -p "$1/$2" && cd "$1/$2" && { cat >"$3" || { rm -f "$3"; exit 9; }; } && ${synced('"$3"')} && wc -c <"$3"`,
	finish: `cd "$1/$2" && mv -f "$3" "$4" && ${synced('.')}`,
	remove:
		'[ -e "$1" ] || exit 0; cd "$1" || exit; shift; rm -f -- "$@" || exit; for f; do rmdir "./${f%/*}" 2>/dev/null; done; exit 0',
	clean: `[ -e "$1/$2" ] || exit 0; cd "$1" && find "./$2" -type f -name "${temporaryStart}*" -exec rm -f {} +`,
} as const;

/** The files in the output of `ls -ln`, whose dates differ from system to system. */
export function parseList(text: string): StoreFile[] {
	return text.split('\n').flatMap(line => {
		const [, size, path] = /^-\S*\s+\d+\s+\d+\s+\d+\s+(\d+)\s.*?\s\.\/+(\S+)$/.exec(line) ?? [];
		return path === undefined ? [] : {path, size: Number(size)};
	});
}

/** Reads files, each after a line with its size and its path. */
export async function* parseFiles(
	output: AsyncIterable<Uint8Array>,
): AsyncGenerator<{readonly path: string; readonly content: Buffer}> {
	let rest: Buffer = Buffer.alloc(0);
	for await (const chunk of output) {
		rest = Buffer.concat([rest, chunk]);
		for (;;) {
			const end = rest.indexOf('\n');
			if (end === -1) break;
			const [, size, path] = /^(\d+) (.+)$/.exec(rest.toString('utf8', 0, end)) ?? [];
			const next = end + 1 + Number(size);
			if (path === undefined) throw new Error('an answer that Compartment does not understand');
			if (rest.length < next) break;
			yield {path, content: rest.subarray(end + 1, next)};
			rest = rest.subarray(next);
		}
	}
}

async function* linesOf(paths: readonly string[]): AsyncGenerator<Uint8Array> {
	yield Buffer.from(paths.map(path => `${path}\n`).join(''));
}

/** Opens a folder on another machine that has a shell. Connects with the first request. */
export function openSsh(from: SshPlace, url: string): Store {
	const {name, place} = from;
	const {ask, stream} = openSshClient(from);
	// A connection begins in the home folder.
	const root = place.path.replace(/^~\//, '');

	return {
		name,
		url,
		list: async folder =>
			parseList(await ask({what: `list ${place.path}`, script: scripts.list, args: [root, folder]})),
		read: async path => stream({what: `read ${path}`, script: scripts.read, args: [root, path]}),
		async *readEach(paths) {
			if (paths.length === 0) return;
			const what = `read ${place.path}`;
			yield* parseFiles(stream({what, script: scripts.readEach, args: [root], input: linesOf(paths)}));
		},
		async write(path, content) {
			const what = `write ${path}`;
			const temporary = `${temporaryStart}${randomBytes(8).toString('hex')}`;
			const at = [root, posix.dirname(path), temporary];
			let sent = 0;
			const counted = (async function* () {
				for await (const chunk of content) {
					sent += chunk.length;
					yield chunk;
				}
			})();
			const arrived = Number(await ask({what, script: scripts.write, args: at, input: counted}));
			if (arrived !== sent) throw new StoreError(name, 'unavailable', `${what}: ${arrived} of ${sent} bytes arrived`);
			await ask({what, script: scripts.finish, args: [...at, posix.basename(path)]});
		},
		async remove(paths) {
			if (paths.length > 0)
				await ask({what: `remove ${paths.join(', ')}`, script: scripts.remove, args: [root, ...paths]});
		},
		clean: async folder => void (await ask({what: `clean ${folder}`, script: scripts.clean, args: [root, folder]})),
		close: () => undefined,
	};
}
