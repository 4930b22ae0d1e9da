import {readProcfile} from './procfile.ts';
import type {SourceFiles} from './source-files.ts';

/** Main files of a Python source, in order of precedence. */
export const mainFiles = ['main.py', 'app.py', 'start.py', 'bot.py', 'hello.py', 'server.py'];

/** What was looked for, for the error if a Python source has no start command. */
export const pythonStartRules = `Procfile, Django, FastAPI, FastHTML or Flask, ${mainFiles.join(', ')}`;

const dependencyFiles = ['requirements.txt', 'pyproject.toml', 'Pipfile'];

/** Returns a function that tells whether a Python source depends on a package, by searching the files that list them. */
export async function readPythonDependencies(files: SourceFiles): Promise<(name: string) => boolean> {
	const texts = await Promise.all(dependencyFiles.map(path => files.read(path)));
	const text = texts.map(each => each?.replace(/#.*/g, '') ?? '').join('\n');
	return name => new RegExp(`(?:^|["'\\s])${name.replace('-', '[-_]')}(?![\\w.-])`, 'im').test(text);
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

/** Start command of a Python source: Procfile, else the framework's server, else the main file. */
export async function findPythonStart(files: SourceFiles): Promise<string | undefined> {
	const procfile = await readProcfile(files);
	if (procfile !== undefined) return procfile;
	const has = await readPythonDependencies(files);
	if (files.has('manage.py') && has('django')) {
		const wsgi = await findWsgi(files);
		const server = wsgi && has('gunicorn') ? `gunicorn ${wsgi}:application` : undefined;
		return `python manage.py migrate && ${server ?? 'python manage.py runserver "0.0.0.0:${PORT:-8000}"'}`;
	}
	const main = mainFiles.find(name => files.has(name));
	const module = main?.replace(/\.py$/, '') ?? 'main';
	if ((has('fastapi') || has('python-fasthtml')) && has('uvicorn')) {
		return `uvicorn ${module}:app --host 0.0.0.0 --port "\${PORT:-8000}"`;
	}
	if (has('flask') && has('gunicorn')) return `gunicorn --bind "0.0.0.0:\${PORT:-8000}" ${module}:app`;
	return main && `python ${main}`;
}
