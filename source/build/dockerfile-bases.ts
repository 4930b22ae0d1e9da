import {UserError} from '../errors.ts';
import {type Instruction, parseDockerfile} from './dockerfile.ts';
import {type DockerfileArgs, expandWord, splitWords} from './dockerfile-words.ts';

/** An external image that a Dockerfile builds on or copies from. */
export type BaseReference = {
	readonly reference: string;
	/** The first line that names it, from 1. */
	readonly line: number;
};

type Stage = {
	readonly name: string | undefined;
	/** The images and stages that its FROM, COPY --from and RUN --mount lines name. */
	readonly uses: {readonly word: string; readonly line: number; readonly isFrom: boolean}[];
};

type Request = {
	/** The Dockerfile's name for error messages. */
	readonly name: string;
	/** Build arguments; they override the defaults of ARG lines before the first FROM. */
	readonly args: DockerfileArgs;
	/** Stage to build. Default: the last one. */
	readonly target?: string;
};

/** The builder's predefined arguments, for an engine with this machine's platform. */
function automaticArgs(): DockerfileArgs {
	const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
	const platform = `linux/${architecture}`;
	return {
		TARGETPLATFORM: platform,
		TARGETOS: 'linux',
		TARGETARCH: architecture,
		BUILDPLATFORM: platform,
		BUILDOS: 'linux',
		BUILDARCH: architecture,
	};
}

/** The ARG lines before the first FROM, in order, because each can use those before it. */
function globalArgs(instructions: readonly Instruction[], given: DockerfileArgs): DockerfileArgs {
	const args: Record<string, string> = {...automaticArgs()};
	for (const {keyword, rest} of instructions) {
		if (keyword === 'FROM') break;
		if (keyword !== 'ARG') continue;
		for (const word of splitWords(rest)) {
			const [name, ...value] = word.split('=');
			if (Object.hasOwn(given, name!)) args[name!] = given[name!]!;
			else if (value.length > 0) args[name!] = expandWord(value.join('='), args);
		}
	}
	return args;
}

/** `from=` of COPY and of RUN mounts. */
const sourcesOf = ({keyword, flags}: Instruction): string[] =>
	flags.flatMap(({name, value}) => {
		if (keyword === 'COPY' && name === 'from') return [value];
		if (keyword !== 'RUN' || name !== 'mount') return [];
		const from = value.split(',').find(option => option.startsWith('from='));
		return from ? [from.slice('from='.length)] : [];
	});

function readStages(instructions: readonly Instruction[], args: DockerfileArgs, file: string): Stage[] {
	const stages: Stage[] = [];
	for (const instruction of instructions) {
		const {line} = instruction;
		if (instruction.keyword === 'FROM') {
			const [image = '', as, name] = splitWords(instruction.rest);
			const word = expandWord(image, args);
			if (word === '') {
				const cause = image === '' ? 'FROM names no image' : `${image} in FROM has no value`;
				throw new UserError(`${file}:${line}: ${cause}.`);
			}
			stages.push({
				name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined,
				uses: [{word, line, isFrom: true}],
			});
			continue;
		}
		const words = sourcesOf(instruction).map(source => expandWord(source, args));
		stages.at(-1)?.uses.push(...words.filter(word => word !== '').map(word => ({word, line, isFrom: false})));
	}
	if (stages.length === 0) throw new UserError(`${file} has no FROM line.`);
	return stages;
}

/** The index of the stage that a word names. FROM refers to earlier stages by name; COPY and RUN also by number. */
function findStage(stages: readonly Stage[], word: string, before: number, isFrom: boolean): number {
	const byName = stages.findLastIndex((stage, index) => index < before && stage.name === word.toLowerCase());
	if (byName !== -1 || isFrom || !/^\d+$/.test(word)) return byName;
	return Number(word) < before ? Number(word) : -1;
}

/**
 * Lists the external images that the target stage needs, in the order of their lines. Like BuildKit, skips stages that
 * the target does not depend on. Throws a UserError if there is no FROM or no such target.
 */
export function listBases(text: string, {name, args, target}: Request): BaseReference[] {
	const instructions = parseDockerfile(text);
	const stages = readStages(instructions, globalArgs(instructions, args), name);
	const last = target === undefined ? stages.length - 1 : findStage(stages, target, stages.length, false);
	if (last === -1) throw new UserError(`${name} has no stage "${target}".`);

	const bases = new Map<string, number>();
	const reached = new Set<number>();
	const reach = (index: number) => {
		if (reached.has(index)) return;
		reached.add(index);
		for (const {word, line, isFrom} of stages[index]!.uses) {
			const stage = findStage(stages, word, index, isFrom);
			if (stage !== -1) reach(stage);
			else if (word.toLowerCase() !== 'scratch') bases.set(word, Math.min(line, bases.get(word) ?? line));
		}
	};
	reach(last);
	return [...bases].map(([reference, line]) => ({reference, line})).sort((a, b) => a.line - b.line);
}
