import type {JsonSchema} from '../../source/descriptor/json-schema.ts';

/** A field as in the reference. */
export type Field = {readonly name: string; readonly type: string; readonly default: string};

type Node = {readonly [key: string]: unknown};

const nodeOf = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {});
const listOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.map(nodeOf) : []);

/** The richest form of a union: the map, not its short form. */
function fullest(node: Node): Node {
	const forms = listOf(node['anyOf']).filter(form => form['type'] !== undefined);
	return forms.find(form => form['type'] === 'object') ?? node;
}

function typeOf(node: Node): string {
	const forms = listOf(node['anyOf']).filter(form => form['type'] !== undefined);
	if (forms.length > 0) return [...new Set(forms.map(typeOf))].join(' or ');
	if (Array.isArray(node['enum'])) return node['enum'].map(value => `\`${String(value)}\``).join(', ');
	if (node['const'] !== undefined) return `\`${String(node['const'])}\``;
	switch (node['type']) {
		case 'array':
			return `list of ${typeOf(nodeOf(node['items']))}`.replace('number', 'numbers');
		case 'object':
			return 'map';
		case 'integer':
			return 'whole number';
		case 'boolean':
			return '`true`, `false`';
		default:
			return node['type'] === 'string' ? 'text' : String(node['type']);
	}
}

/** Every field below a map, in the order of the schema; `NAME` stands for a name that the file chooses. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
	const node = fullest(schema);
	const items = nodeOf(node['items']);
	if (node['type'] === 'array' && items['type'] === 'object')
		return fieldsOf(items, prefix === '' ? '' : `${prefix}[]`);
	const chosen = nodeOf(node['additionalProperties']);
	const named = Object.entries(nodeOf(node['properties'])).map(([name, value]) => [name, nodeOf(value)] as const);
	const entries = chosen['type'] !== undefined || chosen['anyOf'] !== undefined ? [['NAME', chosen] as const] : named;
	// A field that is always refused has no type.
	const possible = entries.filter(([, value]) => value['type'] !== undefined || value['not'] === undefined);
	return possible.flatMap(([name, value]) => {
		const place = prefix === '' ? name : `${prefix}.${name}`;
		const inner = fieldsOf(value, place);
		const required = Array.isArray(node['required']) && node['required'].includes(name);
		const fallback = value['default'] === undefined ? (required ? 'required' : '') : `\`${String(value['default'])}\``;
		const isMapOfText = name === 'NAME' && inner.length === 0;
		const own = isMapOfText ? [] : [{name: place, type: typeOf(value), default: fallback}];
		return [...own, ...inner];
	});
}
