import {EventEmitter} from 'node:events';
import xterm from '@xterm/headless';
import {type RenderOptions, render} from 'ink';
import type {ReactNode} from 'react';

type Options = {
	readonly columns?: number;
	readonly rows?: number;
	/** What the shell printed before: shows where an inline screen begins. */
	readonly before?: string;
};

/** Streams that look like a terminal to Ink and write into a model of one. No process, no native code. */
export function createScreen({columns = 80, rows = 24, before = ''}: Options = {}) {
	const terminal = new xterm.Terminal({
		cols: columns,
		rows,
		allowProposedApi: true,
		convertEol: true,
		scrollback: 1000,
	});
	terminal.write(before);
	const keys: string[] = [];
	const written: string[] = [];

	const stdout = Object.assign(new EventEmitter(), {
		isTTY: true,
		columns,
		rows,
		write(data: string, done?: () => void) {
			written.push(data);
			terminal.write(data, done);
			return true;
		},
	}) as unknown as NodeJS.WriteStream;

	const ignore = () => {};
	const stdin = Object.assign(new EventEmitter(), {
		isTTY: true,
		setRawMode: ignore,
		setEncoding: ignore,
		ref: ignore,
		unref: ignore,
		read: () => keys.shift() ?? null,
	}) as unknown as NodeJS.ReadStream;

	const settle = () => new Promise<void>(resolve => terminal.write('', resolve));
	const lineAt = (row: number) =>
		terminal.buffer.active.getLine(row)?.translateToString(false, 0, terminal.cols).trimEnd() ?? '';

	return {
		terminal,
		stdout,
		stdin,
		/** Everything that was written, escapes included. */
		written: () => written.join(''),
		type(chunk: string) {
			keys.push(chunk);
			stdin.emit('readable');
		},
		resizeTo(newColumns: number, newRows: number) {
			terminal.resize(newColumns, newRows);
			Object.assign(stdout, {columns: newColumns, rows: newRows});
			stdout.emit('resize');
		},
		/** What a person sees now. */
		async text() {
			await settle();
			const {viewportY} = terminal.buffer.active;
			return Array.from({length: terminal.rows}, (_, row) => lineAt(viewportY + row)).join('\n');
		},
		/** What a person sees now and what scrolled away above it, without the empty end. */
		async scrollback() {
			await settle();
			return Array.from({length: terminal.buffer.active.length}, (_, row) => lineAt(row))
				.join('\n')
				.trimEnd();
		},
	};
}

/** Draws one node on a screen of its own, with the options of a full-screen view. */
export function draw(node: ReactNode, options: Options = {}, renderOptions: RenderOptions = {}) {
	const screen = createScreen(options);
	const app = render(node, {
		stdout: screen.stdout,
		stdin: screen.stdin,
		interactive: true,
		alternateScreen: true,
		incrementalRendering: true,
		exitOnCtrlC: false,
		patchConsole: false,
		...renderOptions,
	});
	return {
		...screen,
		app,
		async press(chunk: string) {
			screen.type(chunk);
			await app.waitUntilRenderFlush();
			return screen.text();
		},
		async resize(columns: number, rows: number) {
			screen.resizeTo(columns, rows);
			// React draws for the new size in a later task, which only then asks Ink for a frame.
			await new Promise(resolve => setImmediate(resolve));
			await app.waitUntilRenderFlush();
			return screen.text();
		},
		async text() {
			await app.waitUntilRenderFlush();
			return screen.text();
		},
	};
}
