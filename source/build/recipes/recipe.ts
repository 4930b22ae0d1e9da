import type {Build} from '../../descriptor/project.ts';
import type {SourceFiles} from '../../detect/source-files.ts';

/** The request for a build without a Dockerfile (docs/rules.md, "Detected builds"). */
export type BuildWishes = {
	/** The whole source. */
	readonly files: SourceFiles;
	/** The detected folder of the source, empty for its root; commands run there. */
	readonly folder: string;
	/** The service's folder in the source; empty if it is the root. */
	readonly serviceFolder: string;
	readonly command?: string;
	/** The container's command, if the descriptor has one. */
	readonly runCommand?: string;
	readonly packages: Build['packages'];
	/** Names of the variables that the build can read. */
	readonly env: readonly string[];
	/** The folder of the source that a static service publishes. */
	readonly outputFolder?: string;
};

/** How to build an image from a source, with an explanation for people. */
export type Recipe = {
	/** Stack and versions, such as `{node: '24', pnpm: '10'}`. */
	readonly versions: Readonly<Record<string, string>>;
	/** `install`, `build`, `start` or `serve` → command or folder, in this order. */
	readonly commands: Readonly<Partial<Record<'install' | 'build' | 'start' | 'serve', string>>>;
	readonly dockerfile: string;
	/** Generated files that the Dockerfile copies. */
	readonly files: Readonly<Record<string, string>>;
	/** Notes for the plan. */
	readonly notes: readonly string[];
};

/** A doubt of the detector as a note of the plan. */
export const asGuess = (doubt: string): string => `guessed: ${doubt}`;
