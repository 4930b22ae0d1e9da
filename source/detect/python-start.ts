import {readProcfile} from './procfile.ts';
import {findPythonServer} from './python-frameworks.ts';
import {findProjectProgram, type PythonProgram} from './python-scripts.ts';
import type {SourceFiles} from './source-files.ts';

/** Main files of a Python source, in order of precedence. */
export const mainFiles = ['main.py', 'app.py', 'start.py', 'bot.py', 'hello.py', 'server.py'];

/** What was looked for, for the error if a Python source has no start command. */
export const pythonStartRules = `Procfile, Django, FastAPI, FastHTML, Flask, Streamlit or the like, ${mainFiles.join(', ')}, a script in pyproject.toml, __main__.py`;

const dependencyFiles = ['requirements.txt', 'pyproject.toml', 'Pipfile'];

/** Returns a function that tells whether a Python source depends on a package, by searching the files that list them. */
export async function readPythonDependencies(files: SourceFiles): Promise<(name: string) => boolean> {
	const texts = await Promise.all(dependencyFiles.map(path => files.read(path)));
	const text = texts.map(each => each?.replace(/#.*/g, '') ?? '').join('\n');
	return name => {
		const pattern = name.replace(/[[\]]/g, '\\$&').replaceAll('-', '[-_]');
		return new RegExp(`(?:^|["'\\s])${pattern}(?![\\w.-])`, 'im').test(text);
	};
}

/** The module of the WSGI application, such as `package.wsgi`, from the first settings file that names one. */
async function findWsgi(files: SourceFiles): Promise<string | undefined> {
	const candidates = files.paths
		.filter(path => path.endsWith('.py') && /settings/.test(path))
		.sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
	for (const path of candidates) {
		const match = /WSGI_APPLICATION\s*=\s*["']([\w.]+)\.\w+["']/.exec((await files.read(path)) ?? '');
		if (match) return match[1];
	}
	return undefined;
}

async function findDjango(files: SourceFiles, has: (name: string) => boolean): Promise<PythonProgram | undefined> {
	if (!files.has('manage.py') || !has('django')) return undefined;
	const wsgi = await findWsgi(files);
	if (wsgi && has('gunicorn')) return {start: `python manage.py migrate && gunicorn ${wsgi}:application`, doubts: []};
	const start = 'python manage.py migrate && python manage.py runserver "0.0.0.0:${PORT:-8000}"';
	return {start, doubts: ["Django's own server, which is meant for development: add gunicorn to the dependencies"]};
}

/**
 * What a Python source runs: its Procfile, else the server of its framework, a script of its project where it names
 * one, or its main file.
 */
export async function findPythonProgram(files: SourceFiles): Promise<PythonProgram> {
	const procfile = await readProcfile(files);
	if (procfile !== undefined) return {start: procfile, doubts: []};
	const has = await readPythonDependencies(files);
	const served = (await findDjango(files, has)) ?? (await findPythonServer(files, has, mainFiles));
	if (served) return served;
	const main = mainFiles.find(name => files.has(name));
	if (main) return {start: `python ${main}`, doubts: []};
	return (await findProjectProgram(files)) ?? {doubts: []};
}
