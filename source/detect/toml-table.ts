/** Characters of a line that is read; a command is shorter. */
const longest = 2000;

/**
 * The plain texts of a table of TOML, such as `project.scripts`: its header, and dotted keys of it. Values of other types
 * are left out; an inline table gives its members as `key.member`.
 */
export function readTable(text: string, name: string): ReadonlyMap<string, string> {
	const values = new Map<string, string>();
	let isInside = false;
	for (const line of text.split(/\r?\n/)) {
		if (line.length > longest) continue;
		const header = /^[ \t]*\[([^[\]]+)\][ \t]*(?:#.*)?$/.exec(line)?.[1]?.replace(/["']|\s/g, '');
		if (header !== undefined) isInside = header === name;
		else if (/^\s*\[\[/.test(line)) isInside = false;
		if (!isInside) continue;
		const entry = /^\s*(?:"([^"]+)"|'([^']+)'|([\w.-]+))\s*=\s*(.*)$/.exec(line);
		if (!entry) continue;
		const key = (entry[1] ?? entry[2] ?? entry[3])!;
		const value = entry[4]!;
		const plain = textAt(value);
		if (plain !== undefined) values.set(key, plain);
		if (!value.startsWith('{')) continue;
		for (const [, member, rest] of value.matchAll(/([\w-]+)\s*=\s*("[^"]*"|'[^']*')/g))
			values.set(`${key}.${member}`, rest!.slice(1, -1));
	}
	return values;
}

const textAt = (value: string): string | undefined => {
	const match = /^(?:"((?:\\.|[^"\\])*)"|'([^']*)')\s*(?:#.*)?$/.exec(value);
	return match ? (match[2] ?? match[1]!.replace(/\\(["\\])/g, '$1')) : undefined;
};
