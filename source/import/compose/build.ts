import {isMap} from '../../descriptor/rules/raw.ts';
import {isSteeringName} from '../../descriptor/steering-names.ts';
import {command, hint} from '../../hint.ts';
import type {Cursor} from '../cursor.ts';
import {isRelative, joined, written} from '../files.ts';
import {isSensitive} from '../sensitive.ts';
import {pairsOf, usesSecret} from './environment.ts';

/** How a service is built. */
export type BuildSource = {
	readonly path: string;
	readonly dockerfile?: string;
	/** Arguments of the build, which are variables here. */
	readonly args: Readonly<Record<string, string>>;
};

function argsOf(args: Cursor | undefined): Record<string, string> {
	const known: Record<string, string> = {};
	for (const {name, value, cursor} of pairsOf(args)) {
		if (isSteeringName(name))
			cursor.note('missing', `would change how build tools here run; write ENV ${name}=… in the Dockerfile`);
		else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) cursor.note('missing', 'is no name of a variable');
		else if (value.unset.length > 0)
			cursor.note(
				'missing',
				hint`has no value: ${command('variable set', name, 'VALUE')}, and add ${name} to build.env`,
			);
		else if (isSensitive(name, value.text) || usesSecret(value))
			cursor.note('missing', 'looks like a secret, which a build cannot have: it would stay in the image');
		else {
			known[name] = value.text;
			cursor.note('changed', 'is a variable that the build may read (build.env); the running service sees it too');
		}
	}
	return known;
}

/** The source of a service; undefined when nothing here can build it, which is noted. */
export function buildOf(build: Cursor): BuildSource | undefined {
	const isLong = isMap(build.value);
	const context = isLong ? build.get('context') : build;
	const given = context?.text() ?? '.';
	if (!isRelative(given)) {
		(context ?? build).note('missing', 'a build needs a folder below compartment.yml: clone it there and write path');
		return undefined;
	}
	context?.carry();
	const path = joined('.', given);
	const inline = build.get('dockerfile_inline');
	inline?.note('missing', 'save it as a file, and name that in dockerfile');
	const dockerfile = isLong ? build.get('dockerfile') : undefined;
	const file = dockerfile?.text();
	dockerfile?.carry();
	build
		.get('target')
		?.note('missing', 'the last stage of a Dockerfile is built: put the stage last, or in another Dockerfile');
	return {
		path: written(path),
		...(file !== undefined &&
			file !== 'Dockerfile' && {dockerfile: written(joined(path, file)).replace(/^\.\/(?!\.)/, '')}),
		args: isLong ? argsOf(build.get('args')) : {},
	};
}
