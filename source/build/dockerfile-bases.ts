import {isSamePlatform, type Platform, parsePlatform, platformText} from '../engine/platform.ts';
import {UserError} from '../errors.ts';
import {type Instruction, parseDockerfile} from './dockerfile.ts';
import {type DockerfileArgs, expandWord, splitWords} from './dockerfile-words.ts';

/** An external image that a Dockerfile builds on or copies from. */
export type BaseReference = {
	readonly reference: string;
	/** The first line that names it, from 1. */
	readonly line: number;
	/** Set if it is only needed for another platform than the engine's: `linux/arm64`. */
	readonly platform?: string;
};

type Stage = {
	readonly name: string | undefined;
	/** The images and stages that its FROM, COPY --from and RUN --mount lines name. */
	readonly uses: {
		readonly word: string;
		readonly line: number;
		readonly isFrom: boolean;
		readonly platform: Platform | undefined;
	}[];
};

type Request = {
	/** The Dockerfile's name for error messages. */
	readonly name: string;
	/** Build arguments; they override the defaults of ARG lines before the first FROM. */
	readonly args: DockerfileArgs;
	/** Stage to build. Default: the last one. */
	readonly target?: string;
	/** The engine's, which builds the image. */
	readonly platform: Platform;
};

const platformWords = /--platform\b|\b(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)\b/i;

/** Whether the base images of a Dockerfile may depend on the platform that builds it. */
export const dependsOnPlatform = (text: string): boolean => platformWords.test(text);

/** The builder's predefined arguments: it builds on the engine, and for it. */
function automaticArgs(platform: Platform): DockerfileArgs {
	const {os, architecture, variant} = platform;
	const text = platformText(platform);
	return {
		TARGETPLATFORM: text,
		TARGETOS: os,
		TARGETARCH: architecture,
		TARGETVARIANT: variant,
		BUILDPLATFORM: text,
		BUILDOS: os,
		BUILDARCH: architecture,
		BUILDVARIANT: variant,
	};
}

/** The ARG lines before the first FROM, in order, because each can use those before it. */
function globalArgs(
	instructions: readonly Instruction[],
	{args: given, platform}: Pick<Request, 'args' | 'platform'>,
): DockerfileArgs {
	const args: Record<string, string> = {...automaticArgs(platform)};
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

/** The platform that a FROM line demands; undefined without one, or if it is empty. */
function platformIn({flags}: Instruction, args: DockerfileArgs): Platform | undefined {
	const given = expandWord(flags.find(({name}) => name === 'platform')?.value ?? '', args);
	return given === '' ? undefined : parsePlatform(given);
}

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
				uses: [{word, line, isFrom: true, platform: platformIn(instruction, args)}],
			});
			continue;
		}
		const words = sourcesOf(instruction).map(source => expandWord(source, args));
		const named = words.filter(word => word !== '');
		stages.at(-1)?.uses.push(...named.map(word => ({word, line, isFrom: false, platform: undefined})));
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
export function listBases(text: string, request: Request): BaseReference[] {
	const {name, target} = request;
	const instructions = parseDockerfile(text);
	const stages = readStages(instructions, globalArgs(instructions, request), name);
	const last = target === undefined ? stages.length - 1 : findStage(stages, target, stages.length, false);
	if (last === -1) throw new UserError(`${name} has no stage "${target}".`);

	const bases = new Map<string, BaseReference>();
	const note = (reference: string, line: number, demanded: Platform | undefined) => {
		const isForeign = demanded !== undefined && !isSamePlatform(request.platform, demanded);
		const known = bases.get(reference);
		// One use for the engine's own platform is enough.
		const platform = isForeign && (!known || known.platform) ? platformText(demanded) : undefined;
		bases.set(reference, {reference, line: Math.min(line, known?.line ?? line), ...(platform && {platform})});
	};
	const reached = new Set<number>();
	const reach = (index: number) => {
		if (reached.has(index)) return;
		reached.add(index);
		for (const {word, line, isFrom, platform} of stages[index]!.uses) {
			const stage = findStage(stages, word, index, isFrom);
			if (stage !== -1) reach(stage);
			else if (word.toLowerCase() !== 'scratch') note(word, line, platform);
		}
	};
	reach(last);
	return [...bases.values()].sort((a, b) => a.line - b.line);
}
