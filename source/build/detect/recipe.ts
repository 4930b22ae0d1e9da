import type {Build} from '../../descriptor/project.ts';
import type {SourceFiles} from './source-files.ts';

/** What a descriptor asks of a build without a Dockerfile (docs/rules.md, "Detected builds"). */
export type BuildWishes = {
	/** The whole source that goes into the build. */
	readonly files: SourceFiles;
	/** Folder of the source that was recognised: empty for its root, which is where commands run. */
	readonly folder: string;
	/** Folder of the service in the source, empty when it is the root. */
	readonly serviceFolder: string;
	readonly command?: string;
	/** Command of the container, when the descriptor names one. */
	readonly runCommand?: string;
	readonly packages: Build['packages'];
	/** Names of variables that the build may read. */
	readonly env: readonly string[];
	/** Folder of the source that a static service publishes. */
	readonly outputFolder?: string;
};

/** How to make an image from a source, and what to tell people about it. */
export type Recipe = {
	/** Stack and versions, such as `{node: '24', pnpm: '10'}`. */
	readonly versions: Readonly<Record<string, string>>;
	/** What runs: `install`, `build`, `start` or `serve` → command or folder, in this order. */
	readonly commands: Readonly<Partial<Record<'install' | 'build' | 'start' | 'serve', string>>>;
	readonly dockerfile: string;
	/** Files beside the Dockerfile that it copies. */
	readonly files: Readonly<Record<string, string>>;
	/** Things a plan should say. */
	readonly notes: readonly string[];
};

/** A kind of source that can be built. */
export type Stack = {
	readonly name: string;
	/** What gives it away, for the error that nothing did. */
	readonly lookedFor: string;
	/** Whether the source is of this kind. The files are those of the recognised folder. */
	readonly detect: (files: SourceFiles) => boolean;
	readonly write: (wishes: BuildWishes) => Promise<Recipe>;
};
