import type {Engine} from '../engine/engine.ts';
import {runScript} from './container.ts';
import {routerImage} from './options.ts';
import {infoScript} from './scripts.ts';

/** HAProxy's version in this release, such as `3.0.25`. */
export const wantedVersion = /:(\d+\.\d+\.\d+)/.exec(routerImage)![1]!;

/** The version that the running HAProxy reports, such as `3.0.11-1+deb13u3`; undefined if it reports none. */
export async function readVersion(engine: Engine, containerId: string): Promise<string | undefined> {
	const {stdout} = await runScript(engine, containerId, infoScript);
	return /^Version: (\S+)/m.exec(stdout)?.[1];
}

/**
 * Whether a version is known to lack fixes that the wanted one has. Without them, a request with two Upgrade headers can
 * open a tunnel past the rules. Other branches are not judged. Debian backports fixes and counts them after the version.
 */
export function isKnownOutdated(version: string): boolean {
	const debian = /^3\.0\.11-1\+deb13u(\d+)/.exec(version);
	if (debian) return Number(debian[1]) < 3;
	const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
	const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = wantedVersion.split('.').map(Number);
	return major === wantedMajor && minor === wantedMinor ? patch < wantedPatch : major < 3;
}
