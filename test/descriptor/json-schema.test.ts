import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv2020} from 'ajv/dist/2020.js';
import {expect, it} from 'vitest';
import {parse} from 'yaml';
import {descriptorJsonSchema, routesJsonSchema} from '../../source/descriptor/json-schema.ts';
import {corpus} from './corpus.ts';

const ajv = new Ajv2020({strict: false});
const isDescriptor = ajv.compile(descriptorJsonSchema());
const isRoutes = ajv.compile(routesJsonSchema());

const accepts = (descriptor: string, routes: string | undefined): boolean =>
	isDescriptor(parse(descriptor)) && (routes === undefined || isRoutes(parse(routes)));

const fixtures = join(import.meta.dirname, 'fixtures');
const fileOf = (folder: string, file: string): string | undefined =>
	readdirSync(join(fixtures, folder)).includes(file) ? readFileSync(join(fixtures, folder, file), 'utf8') : undefined;

it.each(readdirSync(fixtures))('the JSON Schema accepts the fixture %s', folder => {
	expect(accepts(fileOf(folder, 'compartment.yml')!, fileOf(folder, 'compartment.routes.yml'))).toBe(true);
});

const named = corpus.map(broken => ({...broken, title: broken.says[0]}));

it.each(named.filter(broken => !broken.isBeyondJsonSchema))(
	'the JSON Schema refuses: $title',
	({descriptor, routes}) => {
		expect(accepts(descriptor, routes)).toBe(false);
	},
);

it.each(named.filter(broken => broken.isBeyondJsonSchema))(
	'the JSON Schema leaves this to the loader: $title',
	({descriptor, routes}) => {
		expect(accepts(descriptor, routes)).toBe(true);
	},
);

it('the JSON Schema declares its dialect and describes fields for editors', () => {
	expect(descriptorJsonSchema()).toMatchObject({
		$schema: 'https://json-schema.org/draft/2020-12/schema',
		title: 'compartment.yml',
		required: ['name', 'services'],
		additionalProperties: false,
	});
	expect(JSON.stringify(descriptorJsonSchema())).toContain('Must answer a GET with 2xx.');
});
