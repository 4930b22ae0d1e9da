import {namePattern, projectNamePattern} from '../../descriptor/names.ts';

const slug = (text: string): string =>
	text
		.toLowerCase()
		.replace(/[^a-z0-9_-]+/g, '-')
		.replace(/^[-_]+|[-_]+$/g, '')
		.slice(0, 63);

/** A name for a service or resource that no other one has. */
export function serviceName(text: string, taken: ReadonlySet<string>): string {
	const base = namePattern.test(text) ? text : slug(text) || 'service';
	let name = base;
	for (let number = 2; taken.has(name); number++) name = `${base.slice(0, 58)}-${number}`;
	return name;
}

/** A project's name from another text; undefined when nothing of it can be used. */
export function projectName(text: string): string | undefined {
	const name = slug(text)
		.replace(/_/g, '-')
		.replace(/^[^a-z]+/, '')
		.replace(/-+$/, '');
	return projectNamePattern.test(name) && name !== 'create' ? name : undefined;
}
