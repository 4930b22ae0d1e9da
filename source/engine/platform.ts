/** A platform of images, as builders call it: `linux`, `arm`, `v7`. The variant is empty for most processors. */
export type Platform = {readonly os: string; readonly architecture: string; readonly variant: string};

/** The names that kernels and node use, where images have another one. */
const architectures: Readonly<Record<string, Omit<Platform, 'os'>>> = {
	x86_64: {architecture: 'amd64', variant: ''},
	x64: {architecture: 'amd64', variant: ''},
	aarch64: {architecture: 'arm64', variant: ''},
	i386: {architecture: '386', variant: ''},
	i686: {architecture: '386', variant: ''},
	ia32: {architecture: '386', variant: ''},
	armv6l: {architecture: 'arm', variant: 'v6'},
	armv7l: {architecture: 'arm', variant: 'v7'},
	armhf: {architecture: 'arm', variant: 'v7'},
	ppc64: {architecture: 'ppc64le', variant: ''},
};

/**
 * The platform of an engine's images and builds.
 * @param architecture of `EngineInfo`; if it is empty, that of this machine is assumed
 */
export function platformOf(architecture: string): Platform {
	const name = architecture || process.arch;
	return {os: 'linux', ...(architectures[name] ?? {architecture: name, variant: ''})};
}

/** `linux/amd64`, `linux/arm/v7`. */
export const platformText = ({os, architecture, variant}: Platform): string =>
	[os, architecture, ...(variant === '' ? [] : [variant])].join('/');

/** Reads `linux/arm64`, `linux/arm64/v8` or `arm64`, as in a Dockerfile's `--platform`. */
export function parsePlatform(text: string): Platform {
	const parts = text.trim().toLowerCase().split('/');
	const [os = '', name = '', variant = ''] = parts.length === 1 ? ['linux', ...parts] : parts;
	const known = architectures[name] ?? {architecture: name, variant: ''};
	// Every 64-bit ARM is v8, and amd64 without a variant is v1.
	const isPlain = (name === 'arm64' && variant === 'v8') || (name === 'amd64' && variant === 'v1');
	return {os, architecture: known.architecture, variant: isPlain ? '' : variant || known.variant};
}

/** Whether an engine of this platform runs and builds images of the other one without emulation. */
export const isSamePlatform = (engine: Platform, other: Platform): boolean =>
	engine.os === other.os &&
	engine.architecture === other.architecture &&
	(other.variant === '' || engine.variant === other.variant);
