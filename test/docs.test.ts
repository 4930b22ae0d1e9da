import {existsSync, globSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {generatedPages} from '../scripts/docs/pages.ts';

const pages = [...globSync('*.md'), 'bench/README.md', ...globSync('{docs,examples/*}/*.md')].map(path => ({
	path,
	text: readFileSync(path, 'utf8'),
}));

/** What a heading is linked as: lower case, spaces as hyphens, no punctuation. */
const anchorOf = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.trim()
		.replaceAll(' ', '-');

const anchorsIn = (path: string): string[] =>
	[...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!));

/** The links of a page that stay in the repository, as file and anchor. */
const linksOf = (path: string, text: string) =>
	[...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"/g)]
		.map(([, link, source]) => (link ?? source)!)
		.filter(link => !/^[a-z]+:/.test(link))
		.map(link => {
			const [file, anchor] = link.split('#');
			return {link, file: file ? join(dirname(path), file) : path, anchor};
		});

/** Files of this repository that a page names in its text. */
const filesNamedIn = (text: string): string[] =>
	[...text.matchAll(/`((?:source|test|scripts|bench|docs)\/[\w./-]+)`/g)].map(([, file]) => file!);

describe('the pages', () => {
	it('are found, with their links and the files that they name', () => {
		expect(pages.length).toBeGreaterThan(8);
		expect(pages.flatMap(({path, text}) => linksOf(path, text)).length).toBeGreaterThan(30);
		expect(pages.flatMap(({text}) => filesNamedIn(text)).length).toBeGreaterThan(10);
		expect(linksOf('docs/a.md', '[b](../README.md#exit-codes) <img src="c.svg"> [d](https://e.f)')).toEqual([
			{link: '../README.md#exit-codes', file: 'README.md', anchor: 'exit-codes'},
			{link: 'c.svg', file: 'docs/c.svg', anchor: undefined},
		]);
	});

	it('link to what exists', () => {
		const broken = pages.flatMap(({path, text}) =>
			linksOf(path, text)
				.filter(({file, anchor}) => !existsSync(file) || (anchor && !anchorsIn(file).includes(anchor)))
				.map(({link}) => `${path} → ${link}`),
		);
		expect(broken).toEqual([]);
	});

	it('quote the pipelines of CI as the files that tests run', () => {
		const quoted = [...readFileSync('docs/ci.md', 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
			([, text]) => text,
		);
		expect(quoted).toEqual(['github', 'gitlab'].map(name => readFileSync(`examples/ci/${name}.yml`, 'utf8')));
	});

	it('that are generated are current: npm run docs writes them', async () => {
		const generated = Object.entries(await generatedPages());
		expect(generated.map(([name]) => name)).toEqual(['commands.md', 'keys.md']);
		for (const [name, text] of generated) expect(readFileSync(`docs/${name}`, 'utf8'), name).toBe(text);
	});

	it('name files that exist', () => {
		const missing = pages.flatMap(({path, text}) =>
			filesNamedIn(text)
				.filter(file => !existsSync(file))
				.map(file => `${path}: ${file}`),
		);
		expect(missing).toEqual([]);
	});
});
