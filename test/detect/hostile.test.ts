import {expect, test} from 'vitest';
import {readProgram} from '../../source/detect/program.ts';
import {makeSource, type Sources} from '../build/recipe.ts';

const size = 60_000;
const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length));

/** Texts on which a careless pattern takes minutes. */
const units = [
	...[
		'/*',
		'//',
		'"',
		"'",
		'`',
		'\\',
		'\n',
		' ',
		'\t',
		'[ ',
		'{',
		'(',
		'-',
		'@',
		'a',
		'a.',
		'output: ',
		'output',
		'= ',
		': ',
	],
	...[
		"'adapter-",
		'"a-',
		'preset:\n',
		'eleventy ',
		'dotenv -a ',
		'npx --a ',
		'A=1 ',
		'a = ',
		'a, b ',
		'#!/ ',
		'a: ',
		"'x' as const ",
	],
];

const has = (name: string, scripts: object = {build: 'x'}) => ({scripts, dependencies: {[name]: '1'}});

/** Sources with the text in each file that the detector reads. */
const sourcesOf = (text: string): Sources[] => [
	{'package.json': has('@sveltejs/kit'), 'svelte.config.js': text},
	{'package.json': has('next'), 'next.config.js': text},
	{'package.json': has('nuxt'), 'nuxt.config.ts': `nitro: {${text}`},
	{'package.json': has('astro'), 'astro.config.mjs': `adapter: ${text}`, 'src/pages/a.astro': text},
	{'package.json': has('@tanstack/react-start'), 'vite.config.ts': text},
	{'package.json': has('@remix-run/dev'), 'vite.config.ts': `remix(${text}`},
	{'package.json': has('vite'), 'vite.config.ts': `build: {${text}`},
	{'package.json': has('@angular/core'), 'angular.json': text},
	{'package.json': has('@11ty/eleventy', {build: `eleventy ${text}`, start: text}), 'eleventy.config.js': text},
	{'package.json': has('express', {start: text})},
	{'package.json': has('nx', {}), 'nx.json': '', 'a/project.json': text},
	{'package.json5': text},
	{'package.yaml': text},
	{'pyproject.toml': `[project.scripts]\n${text}`, 'main.py': text, 'requirements.txt': `fastapi\nuvicorn\n${text}`},
	{'pyproject.toml': text, 'uv.lock': ''},
	{'go.mod': text, 'main.go': '', '.tool-versions': text},
	{'start.sh': `#!/bin/${text}`},
	{Procfile: `web: ${text}`},
];

test.each(units)('a file that is full of %j is read in a moment', async unit => {
	const text = fill(unit);
	for (const sources of sourcesOf(text)) {
		const before = performance.now();
		await readProgram(makeSource(sources), '').catch(() => undefined);
		expect(performance.now() - before, Object.keys(sources).join()).toBeLessThan(2500);
	}
});
