/** The symbols that Compartment prints. */
export type Glyphs = {
	readonly isUnicode: boolean;
	readonly separator: string;
	readonly dot: string;
	readonly arrow: string;
	readonly ellipsis: string;
	readonly rule: string;
	/** Separates a log source from its line on standard output. */
	readonly vertical: string;
	/** Separates a log source from its line on standard error. */
	readonly stderr: string;
	readonly bullet: string;
	readonly waiting: string;
	readonly running: string;
	readonly done: string;
	readonly failed: string;
	readonly 'held back': string;
	readonly skipped: string;
	readonly none: string;
	/** A plan sign, such as `+` or `-/+`, as this terminal shows it. */
	readonly sign: (sign: string) => string;
	/** Replaces the symbols in a message (`GET /healthz → 503`) by ones that this terminal can show. */
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
	'held back': '‖',
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
	'held back': '=',
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
	'@': 'adopt',
	'-': 'delete',
	'>': 'run',
	'!': 'blocked',
	'=': 'unchanged',
	'*': 'changed',
};

/** Words instead of symbols, for screen readers. */
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
	'held back': 'held back',
	skipped: 'skipped',
	none: 'none',
	sign: sign => signWords[sign] ?? sign,
	adapt: text => text.replace(/[→…·›–─│✓✗]/g, mark => words[mark]!),
};

type Env = Readonly<Record<string, string | undefined>>;

/** Unicode in a UTF-8 locale, ASCII otherwise and with TERM=dumb. Without a locale, macOS and Windows use Unicode. */
export function createGlyphs(env: Env, platform: NodeJS.Platform = process.platform): Glyphs {
	if (env.TERM === 'dumb') return asciiGlyphs;
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	if (!locale) return platform === 'darwin' || platform === 'win32' ? unicodeGlyphs : asciiGlyphs;
	return /utf-?8/i.test(locale) ? unicodeGlyphs : asciiGlyphs;
}
