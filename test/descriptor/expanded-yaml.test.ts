import {expect, it} from 'vitest';
import {parse} from 'yaml';
import {expandedYaml} from '../../source/descriptor/expanded-yaml.ts';
import {presetNames} from '../../source/descriptor/presets/index.ts';
import {read} from './support.ts';

const text = (resources: string) => `name: app\nservices: {web: .}\n${resources}\n`;

it.each(presetNames)('the expanded block of preset %s means the same as the preset', preset => {
	const written = text(`resources: {db: {preset: ${preset}, env: {EXTRA: 'yes: no'}}}`);
	const {preset: _preset, ...before} = read(written).resources[0]!;
	expect(read(text(expandedYaml(parse(written), 'db'))).resources).toEqual([before]);
});

it('the block is printed even if a field beside the preset is refused', () => {
	const block = expandedYaml(parse(text('resources: {db: {preset: postgres, volumes: {data: /x}, env: 5}}')), 'db');
	expect(block).toContain('    volumes:\n      data: /var/lib/postgresql/data\n');
});

it.each([
	['web', 'compartment.yml declares no resource web'],
	['toString', 'compartment.yml declares no resource toString'],
	['plain', 'Resource plain has no preset: compartment.yml already shows all of it'],
])('the resource %s is refused with the reason', (name, message) => {
	expect(() => expandedYaml(parse(text('resources: {plain: {image: x}}')), name)).toThrow(message);
});
