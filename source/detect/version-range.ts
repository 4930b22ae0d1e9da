/** The numbers of a version; absent parts match anything. */
type Parts = readonly number[];

const partsOf = (text: string): Parts | undefined => {
	const match = /^[v=\s]*(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?/.exec(text);
	return match
		?.slice(1)
		.filter(part => part !== undefined && /^\d+$/.test(part))
		.map(Number);
};

const compare = (a: Parts, b: Parts): number => {
	for (let index = 0; index < Math.min(a.length, b.length); index += 1)
		if (a[index] !== b[index]) return a[index]! - b[index]!;
	return 0;
};

/** Whether any release of a line (`[24]`, `[3, 13]`) satisfies a comparator such as `>=18.2`, `^20`, `~3.12` or `22.x`. */
function meets(line: Parts, comparator: string): boolean {
	if (/^[v=]*[*xX]?$/.test(comparator)) return true;
	const operator = /^(?:>=|<=|>|<|\^|~>|~=|~|===?|!=)?/.exec(comparator)![0];
	const parts = partsOf(comparator.slice(operator.length));
	if (!parts) return true;
	const order = compare(line, parts);
	const isExactLine = parts.length <= line.length;
	switch (operator) {
		case '>=':
			return order >= 0;
		case '>':
			return isExactLine ? order > 0 : order >= 0;
		case '<=':
			return order <= 0;
		case '<':
			// `<24.0.0` excludes all of line 24, `<24.5.0` does not.
			return order < 0 || (order === 0 && parts.slice(line.length).some(part => part > 0));
		case '!=':
			return !(isExactLine && order === 0);
		case '^':
			return line[0] === parts[0] && order >= 0;
		case '~=':
			// PEP 440: the last given part may increase.
			return parts.length > line.length ? order === 0 : order >= 0 && line[0] === parts[0];
		default:
			return order === 0;
	}
}

/** Splits `>= 18 < 23`, `>=3.9,<4` and `18 - 20` into comparators. */
const comparatorsOf = (range: string): string[] =>
	range
		.replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2')
		.replace(/([<>=^~!]+)\s+/g, '$1')
		.split(/[\s,]+/)
		.filter(part => part !== '');

/**
 * The release line for a range: the preferred one if the range allows it, else the newest known one that it allows, else
 * the one it names. Undefined if the text is not a range.
 */
export function pickLine(
	range: string,
	{preferred, known}: {readonly preferred: string; readonly known: readonly string[]},
): string | undefined {
	const alternatives = range.split('||').map(comparatorsOf);
	const isAllowed = (line: string) =>
		alternatives.some(comparators => comparators.every(each => meets(line.split('.').map(Number), each)));
	const found = [preferred, ...known].find(isAllowed);
	if (found !== undefined) return found;
	const depth = preferred.split('.').length;
	const asked = alternatives.flat().find(each => /^(?:>=|\^|~>?=?|={1,3})?v?\d/.test(each));
	const named = asked && partsOf(asked.replace(/^[^\dv]+/, ''));
	return named && named.length >= depth ? named.slice(0, depth).join('.') : undefined;
}
