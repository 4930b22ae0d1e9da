import {createHash} from 'node:crypto';
import {readdirSync, readFileSync, realpathSync} from 'node:fs';
import {basename, dirname, join, sep} from 'node:path';
import {Readable} from 'node:stream';
import {pack as createPack} from 'tar-stream';
import {UserError} from '../../errors.ts';

/** The command line as it is installed. */
export type Bundle = {
	/** Absolute path of node. */
	readonly node: string;
	/** Absolute path of the command line, without symbolic links. */
	readonly script: string;
};

const entryName = 'cli.mjs';

/**
 * Finds the built command line that this process runs.
 * @throws UserError when it runs from source
 */
export function findBundle(script: string | undefined = process.argv[1]): Bundle {
	const real = script === undefined ? '' : realpathSync(script);
	if (basename(real) === entryName) return {node: process.execPath, script: real};
	throw new UserError('The agent can only be installed from a built command line.', {
		hint: 'Run npm run build, then use dist/cli.mjs.',
	});
}

/** The files beside the entry, and those in `chunks`: all that the command line loads. */
function filesOf({script}: Bundle): readonly {readonly name: string; readonly content: Buffer}[] {
	const folder = dirname(script);
	return readdirSync(folder, {recursive: true, encoding: 'utf8'})
		.filter(name => name.endsWith('.mjs'))
		.sort()
		.map(name => ({name: name.replaceAll(sep, '/'), content: readFileSync(join(folder, name))}));
}

/** Where the bundle is in the image. */
const home = '/opt/compartment';

/** Runs wherever the official image of Node does: the bundle needs no packages. */
const dockerfile = (base: string): string =>
	[
		`FROM ${base}`,
		`COPY bundle ${home}`,
		`ENTRYPOINT ["node", "${home}/${entryName}"]`,
		'CMD ["agent", "run"]',
		'',
	].join('\n');

/** What an image of the agent is built from. */
export type BundleContext = {
	readonly context: Readable;
	/** Changes with every file. */
	readonly hash: string;
};

/** Packs the bundle and a Dockerfile. Times and owners are left out, so that the same files give the same image. */
export function packBundle(bundle: Bundle, base: string): BundleContext {
	const files = [
		{name: 'Dockerfile', content: Buffer.from(dockerfile(base))},
		...filesOf(bundle).map(({name, content}) => ({name: `bundle/${name}`, content})),
	];
	const hash = createHash('sha256');
	const pack = createPack();
	for (const {name, content} of files) {
		hash.update(`${name}\0${content.length}\0`).update(content);
		pack.entry({name, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0}, content);
	}
	pack.finalize();
	const context = Readable.from(pack as AsyncIterable<Buffer>, {objectMode: false});
	return {context, hash: hash.digest('hex').slice(0, 12)};
}
