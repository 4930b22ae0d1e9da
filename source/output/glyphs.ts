/** Marks of our own texts. */
export type Glyphs = {
	readonly isUnicode: boolean;
	readonly separator: string;
	readonly dot: string;
	readonly arrow: string;
	readonly ellipsis: string;
	readonly rule: string;
	/** Between a source and a line that it printed to standard output. */
	readonly vertical: string;
	/** The same for standard error. */
	readonly stderr: string;
	readonly bullet: string;
	readonly waiting: string;
	readonly running: string;
	readonly done: string;
	readonly failed: string;
	readonly skipped: string;
	readonly none: string;
	/** A sign of a plan, `+` or `-/+`, as it is written here. */
	readonly sign: (sign: string) => string;
	/** Rewrites the marks that messages carry (`GET /healthz → 503`) for this terminal. */
	readonly adapt: (text: string) => string;
};

export const unicodeGlyphs: Glyphs = {
	isUnicode: true,
	separator: '›',
	dot: '·',
	arrow: '→',
	ellipsis: '…',
	rule: '─',
	vertical: '│',
	stderr: '!',
	bullet: '•',
	waiting: '○',
	running: '●',
	done: '✓',
	failed: '✗',
	skipped: '–',
	none: '–',
	sign: sign => sign,
	adapt: text => text,
};

const replacements: Readonly<Record<string, string>> = {
	'→': '->',
	'…': '...',
	'·': '-',
	'›': '>',
	'–': '-',
	'─': '-',
	'│': '|',
	'✓': 'ok',
	'✗': 'x',
};

export const asciiGlyphs: Glyphs = {
	isUnicode: false,
	separator: '>',
	dot: '-',
	arrow: '->',
	ellipsis: '...',
	rule: '-',
	vertical: '|',
	stderr: '!',
	bullet: '*',
	waiting: '.',
	running: '*',
	done: 'ok',
	failed: 'x',
	skipped: '-',
	none: '-',
	sign: sign => sign,
	adapt: text => text.replace(/[→…·›–─│✓✗]/g, mark => replacements[mark]!),
};

const words: Readonly<Record<string, string>> = {
	'→': 'to',
	'…': 'and so on',
	'·': ',',
	'›': ',',
	'–': 'to',
	'─': '',
	'│': ':',
	'✓': 'done',
	'✗': 'failed',
};

const signWords: Readonly<Record<string, string>> = {
	'+': 'create',
	'~': 'update',
	'+/-': 'replace',
	'-/+': 'replace',
	'-': 'delete',
	'>': 'run',
	'!': 'blocked',
	'=': 'unchanged',
	'*': 'changed',
};

/** Words instead of marks, for screen readers. */
export const spokenGlyphs: Glyphs = {
	isUnicode: false,
	separator: ',',
	dot: ',',
	arrow: 'to',
	ellipsis: ' and so on',
	rule: ' ',
	vertical: 'says',
	stderr: 'says as an error',
	bullet: '',
	waiting: 'waiting',
	running: 'running',
	done: 'done',
	failed: 'failed',
	skipped: 'skipped',
	none: 'none',
	sign: sign => signWords[sign] ?? sign,
	adapt: text => text.replace(/[→…·›–─│✓✗]/g, mark => words[mark]!),
};

type Env = Readonly<Record<string, string | undefined>>;

/** Unicode marks when the locale is UTF-8, ASCII otherwise and with TERM=dumb. macOS and Windows are UTF-8 without a locale. */
export function createGlyphs(env: Env, platform: NodeJS.Platform = process.platform): Glyphs {
	if (env.TERM === 'dumb') return asciiGlyphs;
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	if (!locale) return platform === 'darwin' || platform === 'win32' ? unicodeGlyphs : asciiGlyphs;
	return /utf-?8/i.test(locale) ? unicodeGlyphs : asciiGlyphs;
}
