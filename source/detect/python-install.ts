import type {SourceFiles} from './source-files.ts';

/** How the dependencies of a Python source are installed. */
export type PythonInstall = {
	/** The command, as plans show it. */
	readonly command: string;
	/** The tool needed besides pip. */
	readonly tool?: 'uv' | 'poetry' | 'pipenv';
	/** The files that determine the dependencies. */
	readonly files: readonly string[];
	readonly needsWholeSource?: boolean;
	/** Installs the source itself if it is a package. */
	readonly project?: string;
};

/** Detects how a Python source is installed: requirements.txt, then uv, poetry or plain pyproject.toml, then Pipfile. */
export async function readInstall(files: SourceFiles): Promise<PythonInstall | undefined> {
	const requirements = await files.read('requirements.txt');
	if (requirements !== undefined) {
		const isLocal = /^[ \t]*(?:-e\s|--editable|\.{1,2}\/|\.\s*$|file:)|@\s*file:/m.test(requirements);
		return {
			command: 'pip install -r requirements.txt',
			files: files.paths.filter(path => /^(?:requirements[^/]*|constraints[^/]*|requirements\/.+)\.txt$/.test(path)),
			needsWholeSource: isLocal,
		};
	}
	const project = await files.read('pyproject.toml');
	if (project !== undefined) {
		const isPackage = /^[ \t]*\[build-system\]/m.test(project);
		if (files.has('uv.lock') || (/^[ \t]*\[tool\.uv/m.test(project) && !files.has('poetry.lock'))) {
			const sync = `uv sync --no-dev${files.has('uv.lock') ? ' --locked' : ''}`;
			return {
				tool: 'uv',
				command: `${sync} --no-install-project`,
				files: ['pyproject.toml', 'uv.lock'],
				needsWholeSource: /^[ \t]*\[tool\.uv\.workspace\]/m.test(project),
				...(isPackage && {project: sync}),
			};
		}
		if (files.has('poetry.lock') || /^[ \t]*\[tool\.poetry/m.test(project)) {
			const install = 'poetry install --only main --no-interaction';
			const isRootPackage = !/^[ \t]*package-mode\s*=\s*false/m.test(project);
			// Poetry installs a project without a build system all the same, and its scripts with it.
			const hasScripts = /^[ \t]*\[tool\.poetry\.scripts\]/m.test(project);
			return {
				tool: 'poetry',
				command: `${install} --no-root`,
				files: ['pyproject.toml', 'poetry.lock'],
				...((isPackage || hasScripts) && isRootPackage && {project: install}),
			};
		}
		return {
			command: 'pip install (dependencies of pyproject.toml)',
			files: ['pyproject.toml'],
			...(isPackage && {project: 'pip install --no-deps --editable .'}),
		};
	}
	if (files.has('Pipfile')) {
		const command = files.has('Pipfile.lock') ? 'pipenv sync' : 'pipenv install --skip-lock';
		return {tool: 'pipenv', command, files: ['Pipfile', 'Pipfile.lock']};
	}
	return undefined;
}
