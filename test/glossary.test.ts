import {globSync, readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';

type Retired = {
	/** As in the table of docs/glossary.md. */
	readonly word: string;
	readonly pattern: RegExp;
	/** Text that the pattern has to find, and text that it must not. */
	readonly finds: readonly string[];
	readonly allows: readonly string[];
	/** Lines that have to keep the word, such as a field of the state. */
	readonly except?: RegExp;
};

const retired: readonly Retired[] = [
	{
		word: 'former',
		pattern: /(?<![a-z])former(?!ly)|Former(?!ly)/,
		finds: ['the former container', 'const former = 1', 'formerRun', 'isFormer'],
		allows: ['performer', 'transformer'],
		// The state has this field while a password is changed.
		except: /\brotation\b|RotatedValue|\bwhich\b/,
	},
	{
		word: 'contract, "the documents", documented',
		pattern: /\bcontracts?\b(?! tests?\b)|\bthe documents\b|\bdocumented\b/i,
		finds: ['(contract)', 'as the documents print it', 'with the documented text'],
		allows: ['the same contract tests', 'one JSON document'],
	},
	{
		word: 'operation, for an engine write',
		pattern: /\bjournaled operations?\b|\boperation ids?\b|\bOperation</i,
		finds: ['Operation id of the journal', 'type Operation<Result>', 'journaled operations'],
		allows: ['operations: {backup}', 'runOperation', 'operationImage', 'an operation container'],
	},
	{
		word: '`Place`, as a type',
		pattern: /\btype Place\b/,
		finds: ['export type Place = {', 'import type {type Place, renderHint}'],
		allows: ['type EnginePlace', '/** Place in the context'],
	},
	{
		word: 'browse, as a noun',
		pattern: /\bBrowse(?=[A-Z])|\bbrowse(?=[A-Z-])|\b(?:the|a) browse\b|(?<=[a-z])Browse(?!r)/,
		finds: ['BrowseState', 'browseLines', 'openBrowse', 'browse-feed.ts', 'the browse screen'],
		allows: ["command('browse')", 'the browser', 'openInBrowser', 'browse --env staging'],
	},
	{
		word: 'is told',
		pattern: /\b(?:is|are|was|were|be|been|being) told\b/,
		finds: ['before the database is told', 'which events are told of'],
		allows: ['says'],
	},
	{
		word: 'by itself',
		pattern: /\bby (?:itself|themselves)\b/,
		finds: ['It is asked again by itself'],
		allows: ['by itsy'],
	},
	{
		word: 'of its own',
		// Whose environment it is, is another thing.
		pattern: /\bof (?:its|their) own\b(?! environment)/,
		finds: ['a host of its own', 'programs of their own'],
		allows: ['its own host', 'the hosts of its own environment'],
	},
	{
		word: 'in silence',
		pattern: /\bin silence\b/,
		finds: ['replace in silence'],
		allows: ['silently'],
	},
	{
		word: 'throw-away',
		pattern: /throw-?away/i,
		finds: ['a throw-away container', 'throwawayOf'],
		allows: ['throw away', 'temporary'],
	},
	{
		word: 'stands in the way',
		pattern: /\bstands? in the way\b/,
		finds: ['what stands in the way'],
		allows: ['stands for'],
	},
];

const own = 'docs/glossary.md';

const texts = globSync([
	'cli.tsx',
	'README.md',
	'docs/*.md',
	'source/**/*.{ts,tsx}',
	'{bench,scripts}/**/*.{md,ts,js,sh}',
]).map(path => ({
	path,
	// The table of retired words itself.
	text: path === own ? readFileSync(path, 'utf8').split('## Retired words')[0]! : readFileSync(path, 'utf8'),
}));

const placesOf = ({pattern, except}: Retired): string[] =>
	texts.flatMap(({path, text}) =>
		text
			.split('\n')
			.flatMap((line, index) =>
				pattern.test(line) && !except?.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [],
			),
	);

describe('the glossary', () => {
	const page = readFileSync(own, 'utf8');
	const rowsOf = (text: string) =>
		[...text.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, word]) => word!).filter(word => !/^(?:word|---)$/.test(word));
	const [words, table] = page.split('## Retired words') as [string, string];

	it('defines a word once', () => {
		const defined = rowsOf(words);
		expect(defined.length).toBeGreaterThan(80);
		expect(defined.filter((word, index) => defined.indexOf(word) !== index)).toEqual([]);
	});

	it('lists the retired words that are looked for', () => {
		expect(rowsOf(table)).toEqual(retired.map(({word}) => word));
	});

	it.each(retired)('knows "$word" when it sees it', ({pattern, finds, allows}) => {
		expect(finds.filter(text => !pattern.test(text))).toEqual([]);
		expect(allows.filter(text => pattern.test(text))).toEqual([]);
	});

	it('covers the whole program', () => {
		expect(texts.length).toBeGreaterThan(400);
	});
});

it.each(retired)('"$word" is not used', found => {
	expect(placesOf(found)).toEqual([]);
});
