import type {IBufferCell, Terminal} from '@xterm/headless';

type Options = {
	/** Shown in the centre of the title bar; without it there is no bar. */
	readonly title?: string;
	readonly isDark?: boolean;
};

/** Colours of a terminal theme: the 16 ANSI colours, foreground and background. */
type Theme = {
	readonly background: string;
	readonly foreground: string;
	readonly bar: string;
	readonly colors: string[];
};

const dark: Theme = {
	background: '#16181d',
	foreground: '#d7dae0',
	bar: '#7d838f',
	colors:
		'#2b303b #ef7b82 #8fc77b #e3bd6d #6cabf0 #c58ae8 #5cc1c9 #c3c7cf #6b7280 #ff9aa0 #aadd98 #f4d48d #8fc1f8 #d9a8f5 #82d8df #ffffff'.split(
			' ',
		),
};

const light: Theme = {
	background: '#fbfbfa',
	foreground: '#2a2d34',
	bar: '#8a8f99',
	colors:
		'#2a2d34 #c0303a #2e7d32 #96690a #1f62b8 #8434a8 #0f7a85 #7d838f #5d636e #d8434d #3c9440 #ad7d15 #2f76d0 #9a48bf #198c98 #1b1d21'.split(
			' ',
		),
};

// The line height at which box drawing characters of this size join.
const cell = {width: 8.43, height: 16.3};
const fontSize = 14;
const padding = 16;
const barHeight = 34;
const cubeSteps = [0, 95, 135, 175, 215, 255];

type Style = {readonly fill: string; readonly back?: string; readonly attributes: string};
type Run = Style & {readonly column: number; columns: number; text: string};

/** Draws a terminal's screen as SVG, with one text element per run of equal style. */
export function screenToSvg(terminal: Terminal, {title, isDark = true}: Options = {}): string {
	const theme = isDark ? dark : light;
	const top = padding + (title === undefined ? 0 : barHeight);
	const width = Math.round(terminal.cols * cell.width + padding * 2);
	const height = Math.round(terminal.rows * cell.height + padding + top);
	const rows = Array.from({length: terminal.rows}, (_, row) =>
		runsOfRow(terminal, row, theme)
			.map(run => drawRun(run, top + row * cell.height))
			.join(''),
	);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
		` font-family="'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="${fontSize}">\n`,
		`<rect width="100%" height="100%" rx="10" fill="${theme.background}"/>\n`,
		title === undefined ? '' : drawBar(title, width, theme),
		...rows.filter(row => row !== '').map(row => `${row}\n`),
		'</svg>\n',
	].join('');
}

function runsOfRow(terminal: Terminal, row: number, theme: Theme): Run[] {
	const buffer = terminal.buffer.active;
	const line = buffer.getLine(buffer.viewportY + row);
	const runs: Run[] = [];
	for (let column = 0; column < terminal.cols; column++) {
		const here = line?.getCell(column);
		if (!here || here.getWidth() === 0) continue;
		const style = styleOf(here, theme);
		const last = runs.at(-1);
		const isSame = last?.fill === style.fill && last.back === style.back && last.attributes === style.attributes;
		// A wide character is a separate element, because few fonts draw it exactly two cells wide.
		if (last && isSame && here.getWidth() === 1 && last.columns === last.text.length) {
			last.text += here.getChars() || ' ';
			last.columns++;
		} else {
			runs.push({...style, column, columns: here.getWidth(), text: here.getChars() || ' '});
		}
	}
	return runs;
}

function styleOf(here: IBufferCell, theme: Theme): Style {
	const front = here.isFgDefault() ? theme.foreground : colorOf(here.isFgRGB() === true, here.getFgColor(), theme);
	const back = here.isBgDefault() ? undefined : colorOf(here.isBgRGB() === true, here.getBgColor(), theme);
	const attributes = [
		here.isBold() ? ' font-weight="bold"' : '',
		here.isDim() ? ' opacity="0.6"' : '',
		here.isItalic() ? ' font-style="italic"' : '',
		here.isUnderline() ? ' text-decoration="underline"' : '',
	].join('');
	return here.isInverse() ? {fill: back ?? theme.background, back: front, attributes} : {fill: front, back, attributes};
}

function colorOf(isExact: boolean, value: number, theme: Theme): string {
	if (isExact) return hex(value);
	if (value < 16) return theme.colors[value]!;
	if (value >= 232) return hex(0x010101 * (8 + (value - 232) * 10));
	const [red, green, blue] = [36, 6, 1].map(weight => cubeSteps[Math.floor((value - 16) / weight) % 6]!);
	return hex((red! << 16) | (green! << 8) | blue!);
}

const hex = (value: number) => `#${value.toString(16).padStart(6, '0')}`;
const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const round = (value: number) => Number(value.toFixed(1));

function drawRun(run: Run, top: number): string {
	const left = round(padding + run.column * cell.width);
	const width = round(run.columns * cell.width);
	const back = run.back
		? `<rect x="${left}" y="${round(top)}" width="${width}" height="${cell.height}" fill="${run.back}"/>`
		: '';
	if (run.text.trim() === '') return back;
	const place = `x="${left}" y="${round(top + cell.height * 0.76)}" textLength="${width}" lengthAdjust="spacingAndGlyphs"`;
	return `${back}<text ${place} fill="${run.fill}"${run.attributes} xml:space="preserve">${escapeXml(run.text)}</text>`;
}

function drawBar(title: string, width: number, theme: Theme): string {
	const lights = [theme.colors[1], theme.colors[3], theme.colors[2]]
		.map((color, index) => `<circle cx="${22 + index * 18}" cy="22" r="5.5" fill="${color}"/>`)
		.join('');
	return `${lights}<text x="${width / 2}" y="27" fill="${theme.bar}" text-anchor="middle">${escapeXml(title)}</text>\n`;
}
