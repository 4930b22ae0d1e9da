/** What a terminal understands besides text and colours. */
export type TerminalFeatures = {
	/** OSC 8: text that links to a URL. */
	readonly hasLinks: boolean;
	/** OSC 9;4: progress in the task bar or the tab. */
	readonly hasProgress: boolean;
	/** CSI 22 and 23 t: a title of the window that can be put back. */
	readonly hasTitle: boolean;
	/** Whether it answers questions, or at least ignores those that it does not know. */
	readonly canAsk: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

const programsWithLinks = ['ghostty', 'iTerm.app', 'mintty', 'rio', 'vscode', 'WezTerm'];
const programsWithProgress = ['ghostty', 'mintty'];
const typesWithLinks = /^(?:alacritty|contour|foot|rio|wezterm|xterm-ghostty|xterm-kitty)/;

const isAtLeast = (version: string | undefined, least: number): boolean => Number(version ?? 0) >= least;

/**
 * What is known of the terminal by what it says in its environment. Unknown terminals count as having none of it, and so do those
 * inside tmux and screen, which do not pass it on in every version. FORCE_HYPERLINK decides about links, NO_HYPERLINKS turns them off.
 */
export function terminalFeatures(env: Environment): TerminalFeatures {
	const {TERM = '', TERM_PROGRAM = '', WT_SESSION, VTE_VERSION, KONSOLE_VERSION, ConEmuANSI, FORCE_HYPERLINK} = env;
	const isInside = env['TMUX'] !== undefined || env['STY'] !== undefined || /^(?:screen|tmux)/.test(TERM);
	const isPlain = TERM === '' || TERM === 'dumb' || TERM === 'linux';
	const isKnown =
		programsWithLinks.includes(TERM_PROGRAM) ||
		typesWithLinks.test(TERM) ||
		WT_SESSION !== undefined ||
		isAtLeast(VTE_VERSION, 5000) ||
		isAtLeast(KONSOLE_VERSION, 210_400);
	const isForced = FORCE_HYPERLINK !== undefined && FORCE_HYPERLINK !== '';
	return {
		hasLinks: !env['NO_HYPERLINKS'] && (isForced ? FORCE_HYPERLINK !== '0' : isKnown && !isInside && !isPlain),
		hasProgress:
			!isInside && (programsWithProgress.includes(TERM_PROGRAM) || WT_SESSION !== undefined || ConEmuANSI === 'ON'),
		hasTitle: !isPlain,
		canAsk: !isPlain && TERM_PROGRAM !== 'Apple_Terminal',
	};
}
