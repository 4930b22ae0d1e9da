import {startProgram} from '../programs.ts';

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
	darwin: ['open'],
	win32: ['cmd', '/c', 'start', ''],
	linux: ['xdg-open'],
};

/** Opens a URL in the desktop's browser; false when this machine has no desktop. */
export function openInBrowser(url: string): boolean {
	const opener = openers[process.platform];
	const {DISPLAY, WAYLAND_DISPLAY, BROWSER} = process.env;
	if (!opener || (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY && !BROWSER)) return false;
	const child = startProgram(opener[0], [...opener.slice(1), url], {stdio: 'ignore', detached: true});
	child.on('error', () => undefined);
	child.unref();
	return true;
}
