import type {PythonProgram} from './python-scripts.ts';
import type {SourceFiles} from './source-files.ts';

type Has = (name: string) => boolean;

const listen = '--host 0.0.0.0 --port "${PORT:-8000}"';

/** Places where an application object usually is, beside the main files. */
const usual = ['app', 'main', 'server', 'api', 'wsgi', 'asgi', '__init__'];
const folders = ['', 'app/', 'src/', 'src/app/', 'api/', 'backend/', 'server/'];

/** A module that makes an application object. */
type Application = {readonly module: string; readonly file: string; readonly name: string; readonly isIn: string};

/** Classes whose objects a server for WSGI or ASGI runs. */
const classes = 'FastAPI|FastHTML|fast_app|Flask|Quart|Starlette|Litestar|Sanic|Falcon|Bottle|create_app';

/** The application object of a source: the main files first, then the usual places. */
async function findApplication(files: SourceFiles, mains: readonly string[]): Promise<Application | undefined> {
	const places = [...mains, ...folders.flatMap(folder => usual.map(name => `${folder}${name}.py`))];
	for (const file of new Set(places)) {
		if (!files.has(file)) continue;
		const text = (await files.read(file)) ?? '';
		const match = new RegExp(
			`^([A-Za-z_]\\w*)(?:\\s*,\\s*\\w+)?(?:\\s*:\\s*[\\w.]+)?\\s*=\\s*(?:[\\w.]+\\.)?(?:${classes})\\(`,
			'm',
		).exec(text);
		if (!match) continue;
		const isIn = file.startsWith('src/') ? 'src' : '';
		const module = file
			.slice(isIn ? 4 : 0, -3)
			.replaceAll('/', '.')
			.replace(/\.?__init__$/, '');
		if (module !== '') return {module, file, name: match[1]!, isIn};
	}
	return undefined;
}

const asgi = ['fastapi', 'python-fasthtml', 'starlette', 'litestar', 'quart'];

function serveWeb(has: Has, found: Application | undefined, main: string | undefined): PythonProgram | undefined {
	const framework = [...asgi, 'flask', 'falcon', 'bottle', 'sanic'].find(has);
	if (framework === undefined) return undefined;
	const target = found ? `${found.module}:${found.name}` : `${main?.replace(/\.py$/, '') ?? 'main'}:app`;
	const doubts =
		found || main ? [] : [`${target}, because no file makes an application object: set run.command to change it`];
	const folder = found?.isIn ? ` --app-dir ${found.isIn}` : '';
	const change = found?.isIn ? ` --chdir ${found.isIn}` : '';
	if (asgi.includes(framework)) {
		if (has('uvicorn')) return {start: `uvicorn ${target}${folder} ${listen}`, doubts};
		if (has('hypercorn')) return {start: `hypercorn ${target} --bind "0.0.0.0:\${PORT:-8000}"`, doubts};
		// `fastapi[standard]` brings its own command.
		if (framework === 'fastapi' && has('fastapi[standard]') && found)
			return {start: `fastapi run ${found.file} ${listen}`, doubts};
		return undefined;
	}
	if (framework === 'sanic' && found) return {start: `sanic ${found.module}:${found.name} ${listen}`, doubts};
	if (has('gunicorn')) return {start: `gunicorn${change} --bind "0.0.0.0:\${PORT:-8000}" ${target}`, doubts};
	if (has('waitress') && found) return {start: `waitress-serve --listen "*:\${PORT:-8000}" ${target}`, doubts};
	if (framework !== 'flask' || !found) return undefined;
	const doubt = "Flask's own server, which is meant for development: add gunicorn to the dependencies";
	return {start: `${found.isIn ? 'PYTHONPATH=src ' : ''}flask --app ${target} run ${listen}`, doubts: [doubt]};
}

/** Programs whose command takes the main file. */
function serveScript(has: Has, main: string | undefined): PythonProgram | undefined {
	if (main === undefined) return undefined;
	if (has('streamlit')) {
		const flags = '--server.headless true --server.address 0.0.0.0 --server.port "${PORT:-8000}"';
		return {start: `streamlit run ${main} ${flags}`, framework: 'Streamlit', doubts: []};
	}
	if (has('gradio')) {
		const settings = 'GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT="${PORT:-8000}"';
		return {start: `${settings} python ${main}`, framework: 'Gradio', doubts: []};
	}
	if (has('chainlit')) return {start: `chainlit run ${main} --headless ${listen}`, framework: 'Chainlit', doubts: []};
	return undefined;
}

/** The server of a Python framework, if the dependencies name one. */
export async function findPythonServer(
	files: SourceFiles,
	has: Has,
	mains: readonly string[],
): Promise<PythonProgram | undefined> {
	const present = mains.filter(files.has);
	const main = present[0] ?? ['streamlit_app.py', 'src/app.py', 'src/main.py'].find(files.has);
	const script = serveScript(has, main);
	if (script) return script;
	return serveWeb(has, await findApplication(files, present), present[0]);
}
