import type {SourceFiles} from './source-files.ts';
import {readToolVersion, readVersionFile} from './tool-version.ts';
import {pickLine} from './version-range.ts';

const lines = {preferred: '3.13', known: ['3.14', '3.13', '3.12', '3.11', '3.10']};

const toLine = (text: string | undefined) => (text === undefined ? undefined : pickLine(text, lines));

/**
 * Python's version, such as `3.13`: from .python-version, .tool-versions or mise.toml, runtime.txt, Pipfile or
 * pyproject.toml, in this order.
 */
export async function readPythonVersion(files: SourceFiles): Promise<string> {
	const pipfile = /^[ \t]*python_(?:full_)?version\s*=\s*["']([^"']+)/m.exec((await files.read('Pipfile')) ?? '');
	const required = /^[ \t]*requires-python\s*=\s*["']([^"']+)/m.exec((await files.read('pyproject.toml')) ?? '');
	return (
		toLine(await readVersionFile(files, '.python-version')) ??
		toLine(await readToolVersion(files, ['python'])) ??
		toLine((await readVersionFile(files, 'runtime.txt'))?.replace(/^python-/, '')) ??
		toLine(pipfile?.[1]) ??
		toLine(required?.[1]) ??
		lines.preferred
	);
}
