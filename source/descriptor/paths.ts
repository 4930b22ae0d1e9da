const isAbsolute = (path: string): boolean => /^[/\\]|^[A-Za-z]:/.test(path);

/**
 * How far a relative path climbs above its start, and how many folders below it ends. Backslashes count as separators, as on
 * Windows. Undefined for absolute paths and drive letters.
 */
export const walkPath = (path: string): {readonly climbs: number; readonly depth: number} | undefined => {
	if (isAbsolute(path)) return undefined;
	let depth = 0;
	let lowest = 0;
	for (const segment of path.split(/[/\\]/)) {
		if (segment === '' || segment === '.') continue;
		depth += segment === '..' ? -1 : 1;
		lowest = Math.min(lowest, depth);
	}
	return {climbs: -lowest, depth};
};

/** Whether a path stays inside the folder it is relative to, and below it. */
export const isInsideFolder = (path: string): boolean => {
	const walk = walkPath(path);
	return walk !== undefined && walk.climbs === 0 && walk.depth > 0;
};
