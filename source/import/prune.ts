import {type Finding, formatPath, type Path} from '../descriptor/problem.ts';
import {checkDescriptor} from '../descriptor/rules/descriptor.ts';
import {isMap, type Raw} from '../descriptor/rules/raw.ts';
import {descriptorSchema} from '../descriptor/schema/descriptor.ts';
import {validate} from '../descriptor/validate.ts';

/** What `validate` would find in a compartment.yml with this content. */
function problemsOf(descriptor: Raw, ascent: number): readonly Finding[] {
	const checked = validate(descriptorSchema, descriptor);
	const findings = checked.isValid ? [] : [...checked.findings];
	checkDescriptor(descriptor, ascent, (path, message, options) => findings.push({path, message, ...options}));
	return findings;
}

/** The value without what is at a path, nor the maps and lists that this empties. */
function without(value: unknown, [key, ...rest]: Path): unknown {
	if (key === undefined) return undefined;
	if (Array.isArray(value)) {
		const items = value.flatMap((item, index) => {
			if (index !== Number(key)) return [item];
			const kept = without(item, rest);
			return kept === undefined ? [] : [kept];
		});
		return items.length > 0 ? items : undefined;
	}
	if (!isMap(value)) return undefined;
	const entries = Object.entries(value as Raw).flatMap(([name, member]) => {
		if (name !== key) return [[name, member] as const];
		const kept = without(member, rest);
		return kept === undefined ? [] : [[name, kept] as const];
	});
	return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

const rounds = 5;

/**
 * Takes out what `validate` refuses, and reports each.
 * @returns undefined when nothing valid is left
 */
export function pruned(
	descriptor: Raw,
	ascent: number,
	report: (path: Path, message: string) => void,
): Raw | undefined {
	let current: Raw = descriptor;
	for (let round = 0; round < rounds; round++) {
		const problems = problemsOf(current, ascent);
		if (problems.length === 0) return current;
		const seen = new Set<string>();
		for (const {path, message} of problems) {
			if (seen.has(formatPath(path))) continue;
			seen.add(formatPath(path));
			// A service that needs a field cannot do without it.
			const isRequired = path.length === 3 && (path[2] === 'path' || path[2] === 'image');
			const at = isRequired ? path.slice(0, 2) : path;
			if (at.length < 2) return undefined;
			report(at, message);
			const next = without(current, at);
			if (!isMap(next)) return undefined;
			current = next as Raw;
		}
	}
	return undefined;
}
