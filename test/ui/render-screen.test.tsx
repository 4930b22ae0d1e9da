import {Text} from 'ink';
import {expect, test} from 'vitest';
import {createKeymap} from '../../source/ui/keys/keymap.ts';
import {renderScreen} from '../../source/ui/parts/render-screen.tsx';
import {parseSources} from '../source-code.ts';
import {createScreen} from './screen.ts';

test('the terminal is in raw mode before the first frame, so that no key is echoed into it', async () => {
	const {stdin, stdout, written} = createScreen();
	const changes: string[] = [];
	stdin.setRawMode = isRaw => {
		changes.push(`raw ${isRaw} after ${JSON.stringify(written())}`);
		return stdin;
	};
	const app = renderScreen(<Text>a frame</Text>, {keymap: createKeymap(), stdin, stdout});
	await app.waitUntilRenderFlush();
	app.unmount();
	expect(written()).toContain('a frame');
	expect(changes[0]).toBe('raw true after ""');
});

test('every screen renders through renderScreen: nothing else calls Ink', () => {
	const renderers = parseSources().filter(({nodes}) =>
		nodes.some(
			node =>
				node.type === 'ImportSpecifier' &&
				(node['imported'] as {name: string}).name === 'render' &&
				(node['local'] as {name: string}).name === 'render',
		),
	);
	expect(renderers.map(({path}) => path)).toEqual(['source/ui/parts/render-screen.tsx']);
});
