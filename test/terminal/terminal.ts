import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

export type TerminalOptions = {
	readonly columns?: number;
	readonly rows?: number;
	readonly cwd?: string;
	/** Added to the environment of the test; undefined removes a variable. */
	readonly env?: Readonly<Record<string, string | undefined>>;
};

export type TestTerminal = {
	readonly pid: number;
	/** Types or pastes text: `\r` is enter, `\u0003` is ctrl-c. */
	readonly press: (keys: string) => void;
	readonly resize: (columns: number, rows: number) => void;
	readonly kill: (signal: NodeJS.Signals) => void;
	/** The current screen. */
	readonly text: () => string;
	/** The screen with its scrollback. */
	readonly scrollback: () => string;
	readonly isAlternateScreen: () => boolean;
	/** All output, including escape sequences. */
	readonly written: () => string;
	/** Resolves with the screen when it shows the text. Rejects with the screen after `timeoutMs`. */
	readonly waitFor: (match: string | RegExp, timeoutMs?: number) => Promise<string>;
	/** Resolves when the program has exited and its last output is on the screen. */
	readonly ended: Promise<{readonly exitCode: number; readonly signal: number | undefined}>;
	readonly screen: xterm.Terminal;
	/** Kills the program if it still runs, at the end of a test. */
	readonly [Symbol.dispose]: () => void;
};

// The same on every machine. Ink does not draw if it detects CI, where the tests may run.
const plainEnv = {CI: 'false', LANG: 'C.UTF-8', LC_ALL: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined};

/** Runs a program in a pseudo-terminal whose screen is emulated by xterm. Use it with `using`. */
export function openTerminal(file: string, args: readonly string[], options: TerminalOptions = {}): TestTerminal {
	const {columns = 100, rows = 30, cwd, env = {}} = options;
	const screen = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 5000});
	const child = pty.spawn(file, [...args], {
		name: 'xterm-256color',
		cols: columns,
		rows,
		cwd,
		env: withoutUndefined({...process.env, ...plainEnv, ...env}),
	});

	let written = '';
	let isEnded = false;
	const waiting = new Set<() => void>();
	const tellAll = () => {
		for (const tell of waiting) tell();
	};
	child.onData(data => {
		written += data;
		screen.write(data, tellAll);
	});
	// Programs query the terminal's colours and cursor position, and wait for the answer.
	screen.onData(answer => {
		if (!isEnded) child.write(answer);
	});
	const ended = new Promise<{exitCode: number; signal: number | undefined}>(resolve => {
		child.onExit(({exitCode, signal}) => {
			isEnded = true;
			screen.write('', () => {
				tellAll();
				resolve({exitCode, signal});
			});
		});
	});

	const linesFrom = (start: number, count: number) =>
		Array.from(
			{length: count},
			(_, row) => screen.buffer.active.getLine(start + row)?.translateToString(true) ?? '',
		).join('\n');
	const text = () => linesFrom(screen.buffer.active.viewportY, screen.rows);
	const shows = (match: string | RegExp) => (typeof match === 'string' ? text().includes(match) : match.test(text()));

	return {
		pid: child.pid,
		screen,
		ended,
		text,
		press: keys => child.write(keys),
		kill: signal => child.kill(signal),
		resize(newColumns, newRows) {
			screen.resize(newColumns, newRows);
			child.resize(newColumns, newRows);
		},
		scrollback: () => linesFrom(0, screen.buffer.active.length).trimEnd(),
		isAlternateScreen: () => screen.buffer.active.type === 'alternate',
		written: () => written,
		waitFor(match, timeoutMs = 5000) {
			if (shows(match)) return Promise.resolve(text());
			const {promise, resolve, reject} = Promise.withResolvers<string>();
			const stop = () => {
				clearTimeout(timer);
				waiting.delete(look);
			};
			const look = () => {
				if (shows(match)) {
					stop();
					resolve(text());
				} else if (isEnded) {
					stop();
					reject(new Error(`The program ended and never showed ${match}:\n${text()}`));
				}
			};
			const timer = setTimeout(() => {
				stop();
				reject(new Error(`Not shown within ${timeoutMs} ms: ${match}\n${text()}`));
			}, timeoutMs);
			waiting.add(look);
			look();
			return promise;
		},
		[Symbol.dispose]() {
			if (!isEnded) child.kill('SIGKILL');
		},
	};
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
