import {globSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

const read = (path: string): string => readFileSync(path, 'utf8');

const own = 'test/rules.test.ts';

/** Texts that may cite a rule: everything but recorded inputs and this file, which holds faults on purpose. */
const texts = globSync([
	'cli.tsx',
	'README.md',
	'docs/*.md',
	'bench/*',
	'scripts/**/*.{ts,js,sh}',
	'{source,test}/**/*.{ts,tsx,md}',
])
	.filter(path => path !== own && !path.includes('/fixtures/'))
	.map(path => ({path, text: read(path)}));

/** A page such as `docs/rules.md`, then the name of a heading. */
const citation = /((?:docs\/[\w-]+|README)(?:\.md)?),? "([^"]+)"/g;

/** Makes one line of a text: a citation may be wrapped in a comment. */
const unwrap = (text: string): string => text.replace(/\n\s*(?:\*(?!\/)|\/\/)?\s*/g, ' ');

const citationsIn = (text: string) =>
	[...unwrap(text).matchAll(citation)].map(([, page, heading]) => ({page, heading}));

const outsideOfTheRepository = [/\bcontract \d/i, /\bdecisions(?:\.md)?,? "/, /\bdecisions\.md\b/];

const headingsOf = (page: string): string[] =>
	[...read(page.endsWith('.md') ? page : `${page}.md`).matchAll(/^#{2,} (.+)$/gm)].map(([, heading]) => heading!);

/** Rules are headings of the third level; those of the second are topics. */
const rules = [...read('docs/rules.md').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading!);

const cited = texts.flatMap(({path, text}) => citationsIn(text).map(found => ({path, ...found})));

describe('the reader of citations', () => {
	it('finds every form', () => {
		expect(citationsIn('(docs/rules.md, "One switch") docs/architecture.md "Rooms"; README, "Exit codes"')).toEqual([
			{page: 'docs/rules.md', heading: 'One switch'},
			{page: 'docs/architecture.md', heading: 'Rooms'},
			{page: 'README', heading: 'Exit codes'},
		]);
	});

	it('finds one that is wrapped in a comment', () => {
		const wrapped =
			'/**\n * The end (docs/rules.md, "Result\n * of an apply").\n */ // see docs/rules.md,\n\t// "Signs"';
		expect(citationsIn(wrapped).map(({heading}) => heading)).toEqual(['Result of an apply', 'Signs']);
	});

	it('knows a citation of what is not in the repository', () => {
		for (const fault of ['contract 4.10', 'Contract 1.9.', 'decisions.md "Plan"', 'decisions "Source builds"'])
			expect(outsideOfTheRepository.some(pattern => pattern.test(fault))).toBe(true);
	});

	it('reads the whole repository', () => {
		expect(texts.length).toBeGreaterThan(500);
		expect(cited.length).toBeGreaterThan(80);
	});
});

describe('rules', () => {
	it('have one name each', () => {
		expect(rules.length).toBeGreaterThan(40);
		expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
	});

	it('are cited by their names, and so are the headings of other pages', () => {
		const pages = new Map([...new Set(cited.map(({page}) => page!))].map(page => [page, headingsOf(page)]));
		pages.set('docs/rules.md', rules);
		const unknown = cited.filter(({page, heading}) => !pages.get(page!)!.includes(heading!));
		expect(unknown).toEqual([]);
	});

	it('are never named without a heading in a comment', () => {
		const bare = texts
			.filter(({path}) => /\.tsx?$/.test(path))
			.flatMap(({path, text}) =>
				[...unwrap(text).matchAll(/docs\/rules\.md(?!, ").{0,30}/g)].map(([bare]) => `${path}: ${bare}`),
			);
		expect(bare).toEqual([]);
	});

	it('are each cited by the code or a test', () => {
		const names = cited.flatMap(({path, page, heading}) =>
			page === 'docs/rules.md' && !path.endsWith('.md') ? [heading] : [],
		);
		expect(rules.filter(rule => !names.includes(rule))).toEqual([]);
	});

	it('are in the repository, not in a document elsewhere', () => {
		const elsewhere = texts.flatMap(({path, text}) =>
			text
				.split('\n')
				.flatMap((line, index) =>
					outsideOfTheRepository.some(pattern => pattern.test(line)) ? [`${path}:${index + 1}`] : [],
				),
		);
		expect(elsewhere).toEqual([]);
	});
});
