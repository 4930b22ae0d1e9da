import {isBuiltin} from 'node:module';
import {type Imported, type LeanRules, leanRules, type Rewrite} from './lean-rules.ts';

const isIn = (path: string, name: string): boolean => path.includes(`/node_modules/${name}/`);

const finder = (id: string, importer: string) => (rule: Imported) =>
	rule.id === id && (rule.by === undefined || isIn(importer, rule.by));

const nameOf = (rule: Imported | Rewrite): string => {
	const name = 'id' in rule ? rule.id : rule.text;
	return rule.by === undefined ? name : `${name} in ${rule.by}`;
};

/** Where the ids of modules begin that only this plugin knows. */
export const leanIds = ['\0lean:', '\0required:', '\0stub:'] as const;

/**
 * A plugin of the build that replaces modules which cost start-up time and give nothing. Fails the build when a rule
 * applied nowhere: after an upgrade it may be obsolete, or what it kept out may come in another way.
 */
export function leanModules({stubs, replacements, copies, rewrites}: LeanRules = leanRules) {
	const all = [...[...stubs, ...replacements, ...rewrites].map(nameOf), ...Object.keys(copies)];
	const applied = new Set<string>();
	return {
		name: 'lean-modules',
		enforce: 'pre' as const,
		resolveId(id: string, importer = '', {kind}: {kind?: string}) {
			const isRule = finder(id, importer);
			const stub = stubs.find(isRule);
			if (stub) {
				applied.add(nameOf(stub));
				return `\0stub:${id}`;
			}
			if (copies[id] !== undefined) {
				applied.add(id);
				return {id: copies[id], external: true};
			}
			// What is required is the module itself, of which only what is used is read; what is imported later may cost then.
			const isWhole = id.startsWith('node:') && kind !== 'import-statement';
			const replaced = isWhole ? undefined : replacements.find(isRule);
			if (replaced) {
				applied.add(nameOf(replaced));
				return `\0lean:${id}`;
			}
			if (kind === 'require-call' && isBuiltin(id)) return `\0required:${id}`;
		},
		load(id: string) {
			if (id.startsWith('\0stub:')) return {code: 'module.exports = {}', moduleType: 'js' as const};
			// A separate `require` would make node load its loader for them.
			if (id.startsWith('\0required:'))
				return {code: `module.exports = process.getBuiltinModule('${id.slice(10)}')`, moduleType: 'js' as const};
			const replaced = id.startsWith('\0lean:') && replacements.find(rule => rule.id === id.slice(6));
			if (replaced) return {code: replaced.code, moduleType: 'js' as const};
		},
		transform(code: string, id: string) {
			if (!id.includes('/node_modules/')) return undefined;
			const rule = rewrites.find(({by, text}) => code.includes(text) && (by === undefined || isIn(id, by)));
			if (!rule) return undefined;
			applied.add(nameOf(rule));
			return {code: rule.rewrite(code), map: null};
		},
		buildEnd(error?: Error) {
			const idle = all.filter(name => !applied.has(name));
			if (!error && idle.length > 0)
				throw new Error(`These rules of scripts/lean-rules.ts match nothing that is bundled: ${idle.join(', ')}.`);
		},
	};
}
