import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {screenToSvg} from '../../scripts/pictures/svg.ts';

async function screenOf(text: string) {
	const terminal = new xterm.Terminal({cols: 20, rows: 2, allowProposedApi: true});
	await new Promise<void>(resolve => terminal.write(text, resolve));
	return terminal;
}

test('each run of equal style is one text, placed on its cells', async () => {
	const svg = screenToSvg(await screenOf('plain \u001B[1;32mgreen\u001B[0m <&>'));
	expect(svg.match(/<text/g)).toHaveLength(3);
	expect(svg).toMatch(/font-weight="bold"[^>]*>green<\/text>/);
	expect(svg).toContain('&lt;&amp;>');
	expect(svg).toMatch(/textLength="42.1"[^>]*>green/);
});

test('inverse, background and wide characters are drawn', async () => {
	const svg = screenToSvg(await screenOf('\u001B[7mon\u001B[0m \u001B[48;2;1;2;3mx\u001B[0m漢'), {title: 'a & b'});
	expect(svg.match(/<rect x=/g)).toHaveLength(2);
	expect(svg).toContain('fill="#010203"');
	expect(svg).toMatch(/textLength="16.9"[^>]*>漢/);
	expect(svg).toContain('a &amp; b');
});

test('light and dark pictures differ', async () => {
	const terminal = await screenOf('text');
	expect(screenToSvg(terminal, {isDark: false})).not.toBe(screenToSvg(terminal));
});
