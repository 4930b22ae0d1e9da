import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {descriptorJsonSchema, routesJsonSchema} from '../../source/descriptor/json-schema.ts';
import {type Field, fieldsOf} from './fields.ts';
import {read} from './support.ts';

const text = readFileSync(new URL('../../docs/compartment-yml.md', import.meta.url), 'utf8');

const sectionOf = (title: string): string => text.split(/^## /m).find(part => part.startsWith(`${title}\n`))!;

/** The rows of a section's table of fields. */
const rowsOf = (title: string): Field[] =>
	[...sectionOf(title).matchAll(/^\| `([\w.[\]]+)` \| (.+?) \| (.*?) ?\| .*\|$/gm)].map(([, name, type, fallback]) => ({
		name: name!,
		type: type!,
		default: fallback!,
	}));

const under = (prefix: string, fields: readonly Field[]): Field[] =>
	fields.filter(({name}) => name.startsWith(prefix)).map(field => ({...field, name: field.name.slice(prefix.length)}));

const all = fieldsOf(descriptorJsonSchema());

it.each([
	['Top level', all.filter(({name}) => /^\w+(\.NAME)?$/.test(name))],
	['Services', under('services.NAME.', all)],
	['Resources', under('resources.NAME.', all)],
	['compartment.routes.yml', fieldsOf(routesJsonSchema())],
])('the reference of "%s" has every field of the schema, with its type and default', (title, fields) => {
	const written = rowsOf(title);
	const expected = fields.map(field => {
		// Where the schema knows no default, the page may say what happens without the field.
		const free = written.find(({name}) => name === field.name)?.default ?? '';
		return field.default === '' ? {...field, default: free} : field;
	});
	expect(fields.length).toBeGreaterThan(4);
	expect(written).toEqual(expected);
});

it('the examples of the reference are valid', () => {
	const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
	const [minimal, services, volumes, resources, archives, routes] = blocks;
	expect(blocks).toHaveLength(6);
	expect(read(minimal!).warnings).toEqual([]);
	expect(read(`name: shop\n${volumes!}`).warnings).toEqual([]);
	expect(read(`name: shop\n${archives!}`).warnings).toEqual([]);
	const api = '  api: {path: ., kind: api, accessMode: public}\n';
	expect(read(`name: shop\n${services!}${api}${resources!}`, routes).warnings).toEqual([]);
});
