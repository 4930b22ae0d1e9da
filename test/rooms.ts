/**
 * The rooms of `source/`, from the lowest to the highest: imports point down, or to a neighbour on the same level.
 * CONTRIBUTING.md and docs/architecture.md list them in this order.
 */
export const levels: readonly (readonly string[])[] = [
	['settings', 'descriptor'],
	['model'],
	['state', 'engine', 'detect', 'registries'],
	['build', 'certificates', 'plan', 'router'],
	['refresh', 'init', 'import', 'engine-state'],
	['apply'],
	['backup', 'rebuild'],
	['agent'],
	['output'],
	['notify'],
	['ui', 'workspace'],
	['report'],
	['console'],
	['dashboard'],
	['dev'],
	['commands'],
];
