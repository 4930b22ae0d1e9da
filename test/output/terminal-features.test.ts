import {expect, test} from 'vitest';
import {linkUrls} from '../../source/output/links.ts';
import {terminalFeatures} from '../../source/output/terminal-features.ts';

const xterm = {TERM: 'xterm-256color'};

test.each([
	['an unknown terminal', xterm, false, false],
	['kitty', {TERM: 'xterm-kitty'}, true, false],
	['Ghostty', {TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty'}, true, true],
	['iTerm2, whose older versions show a notification for OSC 9', {...xterm, TERM_PROGRAM: 'iTerm.app'}, true, false],
	['Windows Terminal', {...xterm, WT_SESSION: '1'}, true, true],
	['ConEmu', {...xterm, ConEmuANSI: 'ON'}, false, true],
	['GNOME', {...xterm, VTE_VERSION: '7200'}, true, false],
	['an old VTE', {...xterm, VTE_VERSION: '4600'}, false, false],
	['Konsole', {...xterm, KONSOLE_VERSION: '230800'}, true, false],
	['Terminal of macOS', {...xterm, TERM_PROGRAM: 'Apple_Terminal'}, false, false],
	['tmux in Ghostty', {TERM: 'tmux-256color', TERM_PROGRAM: 'ghostty', TMUX: '/tmp/tmux'}, false, false],
	['screen', {TERM: 'screen', WT_SESSION: '1'}, false, false],
	['the console of Linux', {TERM: 'linux', WT_SESSION: '1'}, false, true],
	['links that are asked for', {...xterm, FORCE_HYPERLINK: '1'}, true, false],
	['links that are refused', {TERM: 'xterm-kitty', FORCE_HYPERLINK: '0'}, false, false],
	['no links', {TERM: 'xterm-kitty', NO_HYPERLINKS: '1', FORCE_HYPERLINK: '1'}, false, false],
])('%s', (_, env, hasLinks, hasProgress) => {
	expect(terminalFeatures(env)).toMatchObject({hasLinks, hasProgress});
});

test('only terminals that ignore what they do not know are asked, and get titles', () => {
	expect(terminalFeatures(xterm)).toMatchObject({hasTitle: true, canAsk: true});
	expect(terminalFeatures({...xterm, TERM_PROGRAM: 'Apple_Terminal'})).toMatchObject({hasTitle: true, canAsk: false});
	for (const TERM of ['', 'dumb', 'linux'])
		expect(terminalFeatures({TERM})).toMatchObject({hasTitle: false, canAsk: false, hasLinks: false});
});

const link = (url: string) => `\u001B]8;;${url}\u001B\\${url}\u001B]8;;\u001B\\`;

test.each([
	['web at http://notes.localhost:9080.', `web at ${link('http://notes.localhost:9080')}.`],
	['(see https://a.example/b?c=d#e)', `(see ${link('https://a.example/b?c=d#e')})`],
	['\u001B[36mhttp://x.localhost\u001B[39m', `\u001B[36m${link('http://x.localhost')}\u001B[39m`],
	['http://a http://b', `${link('http://a')} ${link('http://b')}`],
	['http://cut.example/pa…', 'http://cut.example/pa…'],
	['http://cut.example/pa...', 'http://cut.example/pa...'],
	['ftp://x and no URL', 'ftp://x and no URL'],
])('links lead to what they show: %j', (text, expected) => {
	expect(linkUrls(text)).toBe(expected);
});
