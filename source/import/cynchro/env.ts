import {isMap} from '../../descriptor/rules/raw.ts';
import {command, hint} from '../../hint.ts';
import type {Cursor} from '../cursor.ts';
import type {VariableToSet} from '../result.ts';

const isVariable = (name: string): boolean => /^(?!COMPARTMENT_)[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** The variables of `env`, whose values Cynchro seals. So here too: none of them is written to compartment.yml. */
export function sealedVariables(env: Cursor | undefined, of: string): readonly VariableToSet[] {
	return (env?.entries() ?? []).flatMap(([name, cursor]): readonly VariableToSet[] => {
		if (typeof cursor.value === 'object' && cursor.value !== null) return cursor.refuse('must be a text');
		if (!isVariable(name)) {
			cursor.note('missing', 'a variable’s name has only letters, digits and underscores here');
			return [];
		}
		cursor.note('changed', 'is sealed: set it as a variable');
		const value = cursor.value === null ? '' : String(cursor.value);
		return [{name, target: 'service', of, isSensitive: true, value}];
	});
}

const textAt = (cursor: Cursor, ...keys: readonly string[]): string | undefined => {
	for (const key of keys) {
		const value = cursor.get(key)?.value;
		if (typeof value === 'string' && value !== '') return value;
	}
	return undefined;
};

/** The secrets of `envFrom`: names of variables, or of secrets that have one. */
export function referencedVariables(from: Cursor | undefined, of: string): readonly VariableToSet[] {
	if (!from) return [];
	const items = Array.isArray(from.value) ? from.items() : [from];
	return items.flatMap((item): readonly VariableToSet[] => {
		const name = typeof item.value === 'string' ? item.value : textAt(item, 'env', 'variable', 'name', 'secret');
		if (name !== undefined && isVariable(name)) {
			item.note('changed', `is a secret of Cynchro: set ${name} with its value`);
			return [{name, target: 'service', of, isSensitive: true}];
		}
		item.note(
			'missing',
			hint`is a secret of Cynchro, whose variables are not in this file: save them, then ${command('variable import', '--file', 'FILE', '--service', of, '--sensitive')}`,
		);
		return [];
	});
}

const variableFor = (name: string): string => {
	const variable = name
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, '_')
		.replace(/^_+|_+$/g, '');
	return /^[A-Z]/.test(variable) && !variable.startsWith('COMPARTMENT_') ? variable : `FILE_${variable}`;
};

type SecretFile = {readonly name: string; readonly path: string; readonly cursor: Cursor};

function readSecretFiles(files: Cursor | undefined): readonly SecretFile[] {
	if (!files) return [];
	if (isMap(files.value))
		return files.entries().map(([key, cursor]) => {
			const value = String(cursor.value);
			return key.startsWith('/') ? {name: value, path: key, cursor} : {name: key, path: value, cursor};
		});
	return files.items().map(cursor => {
		if (typeof cursor.value === 'string') return {name: cursor.value, path: `/run/secrets/${cursor.value}`, cursor};
		const name = textAt(cursor, 'secret', 'name', 'variable') ?? '';
		return {name, path: textAt(cursor, 'path', 'mountPath', 'target') ?? `/run/secrets/${name}`, cursor};
	});
}

const isFilePath = (path: string): boolean => /^(?=\/)(?!.*\/\.{0,2}(\/|$))[^:]+$/.test(path);

type SecretFiles = {
	readonly files: Readonly<Record<string, string>>;
	readonly variables: readonly VariableToSet[];
};

/** The secrets that are files, each with the variable that holds it here. */
export function secretFilesOf(files: Cursor | undefined, of: string): SecretFiles {
	const found: Record<string, string> = {};
	for (const {name, path, cursor} of readSecretFiles(files)) {
		const variable = variableFor(name);
		if (name === '' || !isFilePath(path) || Object.hasOwn(found, variable)) {
			cursor.note('missing', 'is no secret with the path of a file: write secretFiles: {NAME: /run/secrets/name}');
			continue;
		}
		found[variable] = path;
		cursor.note('changed', `is a secret of Cynchro: set ${variable} with its content`);
	}
	return {
		files: found,
		variables: Object.keys(found).map(name => ({name, target: 'service', of, isSensitive: true})),
	};
}
