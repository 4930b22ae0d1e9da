import {manifestNames} from './package-json.ts';
import {mainFiles} from './python-start.ts';
import {filesBelow, type SourceFiles} from './source-files.ts';

/** Stacks that the built-in builder supports. */
export type BuiltStack = 'Go' | 'Python' | 'Node' | 'static files' | 'shell';

/** A stack. Unsupported ones are detected too, so that their source is not mistaken for another stack. */
export type Stack = {
	/** Root entries that it is detected by, in order: a file, `folder/`, `*.ending`, or several joined by ` & `. */
	readonly evidence: readonly string[];
} & ({readonly isBuilt: true; readonly name: BuiltStack} | {readonly isBuilt: false; readonly name: string});

const built = (name: BuiltStack, ...evidence: readonly string[]): Stack => ({name, evidence, isBuilt: true});
const foreign = (name: string, ...evidence: readonly string[]): Stack => ({name, evidence, isBuilt: false});

/** In Railpack's order, so that both detect the same stack. */
const stacks: readonly Stack[] = [
	foreign('PHP', 'composer.json', 'index.php'),
	built('Go', 'go.mod', 'go.work', 'main.go'),
	foreign('Java', 'pom.xml', 'build.gradle', 'build.gradle.kts', 'gradlew'),
	foreign('Rust', 'Cargo.toml'),
	foreign('Ruby', 'Gemfile'),
	foreign('Elixir', 'mix.exs'),
	built('Python', 'requirements.txt', 'pyproject.toml', 'Pipfile', ...mainFiles),
	foreign('Deno', 'deno.json', 'deno.jsonc'),
	foreign('.NET', '*.csproj', '*.fsproj'),
	built('Node', ...manifestNames),
	foreign('Gleam', 'gleam.toml'),
	foreign('Swift', 'Package.swift'),
	foreign('Haskell', 'stack.yaml', '*.cabal'),
	foreign('Scala', 'build.sbt'),
	foreign('Clojure', 'deps.edn', 'project.clj'),
	foreign('Crystal', 'shard.yml'),
	foreign('Dart', 'pubspec.yaml'),
	foreign('Zig', 'build.zig'),
	foreign('C++', 'CMakeLists.txt', 'meson.build'),
	foreign('Hugo', 'hugo.toml', 'hugo.yaml', 'hugo.json', 'config.toml & archetypes/'),
	foreign('Zola', 'config.toml & content/'),
	foreign('MkDocs', 'mkdocs.yml'),
	built('static files', 'Staticfile', 'public/', 'index.html'),
	built('shell', 'Procfile', 'start.sh'),
];

function findEntry(files: SourceFiles, entry: string): string | undefined {
	const all = entry.split(' & ');
	if (all.length > 1) return all.every(each => findEntry(files, each) !== undefined) ? all[0] : undefined;
	if (entry.startsWith('*')) return files.paths.find(path => !path.includes('/') && path.endsWith(entry.slice(1)));
	const isPresent = entry.endsWith('/') ? files.hasFolder(entry.slice(0, -1)) : files.has(entry);
	return isPresent ? entry : undefined;
}

/** The stack of a source. */
export type DetectedStack = {
	readonly stack: Stack;
	/** The root entry that it was detected by. */
	readonly evidence: string;
	/** The detected folder of the source, empty for its root; commands run there. */
	readonly folder: string;
};

/** The stack of a source: that of its root, else that of the service's folder in it. */
export function findStack(files: SourceFiles, serviceFolder = ''): DetectedStack | undefined {
	for (const folder of new Set(['', serviceFolder])) {
		const below = filesBelow(files, folder);
		for (const stack of stacks) {
			const [evidence] = stack.evidence.flatMap(entry => findEntry(below, entry) ?? []);
			if (evidence !== undefined) return {stack, evidence, folder};
		}
	}
	return undefined;
}

/** The stacks that the built-in builder builds, in the order in which they are looked for. */
export const builtStacks: readonly Stack[] = stacks.filter(({isBuilt}) => isBuilt);

/** What a stack is detected by, for messages: `go.mod, go.work, main.go`. */
export const evidenceText = ({evidence}: Stack): string => evidence.join(', ');

/** What to do with a stack that the built-in builder does not know. */
export const unknownStack = (name: string): string =>
	`The built-in builder does not know ${name}: ${siteAdvice[name] ?? ''}add a Dockerfile, or install the Railpack CLI and docker buildx.`;

const asSite = (command: string, folder: string, packages: string): string =>
	`set kind: static, build.command: ${command}, build.outputDirectory: ${folder} and build.packages.build: [${packages}], `;

/** How a generator of sites that is a package of Debian is built all the same. */
const siteAdvice: Readonly<Record<string, string>> = {
	Hugo: asSite('hugo', 'public', 'hugo'),
	MkDocs: asSite('mkdocs build', 'site', 'mkdocs'),
};
