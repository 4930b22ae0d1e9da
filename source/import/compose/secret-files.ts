import {isMap} from '../../descriptor/rules/raw.ts';
import type {Cursor} from '../cursor.ts';
import type {ComposeService, Translation} from './translation.ts';

/** A secret or config that a service mounts. */
export type MountedFile = {
	/** Its name in the file. */
	readonly name: string;
	/** Where it is in the container. */
	readonly target: string;
	/** Variable that holds its content here. */
	readonly variable: string;
	/** File that has its content. */
	readonly file?: string;
	readonly isSensitive: boolean;
	readonly cursor: Cursor;
};

/** A variable's name made from another name. */
const variableNameOf = (name: string): string => {
	const upper = name
		.toUpperCase()
		.replace(/[^A-Z0-9]+/g, '_')
		.replace(/^_+|_+$/g, '');
	return /^[A-Z]/.test(upper) && !upper.startsWith('COMPARTMENT_') ? upper : `FILE_${upper}`;
};

const isFilePath = (path: string): boolean => /^(?=\/)(?!.*\/\.{0,2}(\/|$))[^:]+$/.test(path);

function read(item: Cursor, section: 'secrets' | 'configs', {top}: Translation): MountedFile[] {
	const name = (isMap(item.value) ? item.get('source') : item)?.text() ?? '';
	const given = isMap(item.value) ? item.get('target')?.text() : undefined;
	const folder = section === 'secrets' ? '/run/secrets/' : '/';
	const target = given?.startsWith('/') ? given : `${folder}${given ?? name}`;
	const entry = top(section, name);
	if (!isFilePath(target)) {
		item.note('missing', 'has no path that a file in the container can have');
		return [];
	}
	const file = entry?.get('file')?.text();
	entry?.get('file')?.carry();
	entry?.get('environment')?.carry();
	entry?.get('content')?.note('changed', 'is the value of a variable here: set it with the command for it');
	if (!isMap(item.value)) item.carry();
	else for (const key of ['source', 'target']) item.get(key)?.carry();
	for (const key of ['uid', 'gid', 'mode'])
		item.get(key)?.note('changed', 'the file has mode 0400 and belongs to the user of the container');
	return [{name, target, variable: variableNameOf(name), file, isSensitive: section === 'secrets', cursor: item}];
}

/** The secrets and configs that a service mounts. */
export const mountedFiles = (
	{cursor}: Pick<ComposeService, 'cursor'>,
	translation: Translation,
): readonly MountedFile[] =>
	(['secrets', 'configs'] as const).flatMap(section =>
		(cursor.get(section)?.items() ?? []).flatMap(item => read(item, section, translation)),
	);
