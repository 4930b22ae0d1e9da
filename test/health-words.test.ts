import {expect, it} from 'vitest';
import {parseSources, type SyntaxNode, textOf} from './source-code.ts';

/**
 * Only source/model/health.ts derives health from the state of a container. The engine uses these words, and the model knows
 * them; any other file that compares with one of them makes its own decision, which may disagree.
 */
const engineWords = ['restarting', 'exited', 'dead'];

/** Files with text for users that compare with `running`, and why. */
const asksOfRunning: Readonly<Record<string, string>> = {
	'source/commands/deploy/job.ts': 'the run of a job',
	'source/commands/variables/access-rotate.ts': 'the router',
	'source/console/watch-work.ts': 'a backup',
	'source/output/status/status-text.ts': 'the router',
	'source/report/check-machine.ts': 'the router',
	'source/report/engine-checks.ts': 'the router',
	'source/report/log-sources.ts': 'whether more output can come',
	'source/report/machine-load.ts': 'the router',
	'source/report/resources.ts': 'the record of a resource',
	'source/ui/apply/step-list.tsx': 'a step',
	'source/ui/apply/step-row.tsx': 'a step',
	'source/ui/apply/store.ts': 'a step',
	'source/ui/dev/run-list.tsx': 'an apply of dev',
	'source/ui/dev/store.ts': 'an apply of dev',
};

/** Rooms with text for users. */
const isForPeople = (path: string): boolean =>
	/^source\/(commands|console|dashboard|output|report|ui|workspace)\//.test(path);

const comparesWith = ({type, ...node}: SyntaxNode, words: readonly string[]): boolean =>
	type === 'BinaryExpression' &&
	/^[!=]==$/.test(String(node['operator'])) &&
	[node['left'], node['right']].some(side => words.includes(textOf(side, '') ?? ''));

const filesThatCompare = (words: readonly string[], isMeant: (path: string) => boolean): string[] =>
	parseSources()
		.filter(({path, nodes}) => isMeant(path) && nodes.some(node => comparesWith(node, words)))
		.map(({path}) => path);

it('no other file derives health from the state of a container', () => {
	expect(filesThatCompare(engineWords, path => !/^source\/(engine|model)\//.test(path))).toEqual([]);
	expect(filesThatCompare(['running'], isForPeople)).toEqual(Object.keys(asksOfRunning).sort());
	// Proves that the search works.
	expect(filesThatCompare(engineWords, path => path.startsWith('source/model/'))).toContain(
		'source/model/container-state.ts',
	);
});

/** Functions that find the container of a service, a resource or the router. */
const finders = ['containerOf', 'resourceContainer', 'observeRouter'];

/** Functions that apply the rule. */
const askers = ['createStatusReport', 'deploymentHealth', 'resourceHealth', 'readContainerHealth', 'readVitals'];

/** Commands that find a container and do not report its health. */
const saysNothing = [
	'source/commands/variables/access-rotate.ts',
	'source/report/check-machine.ts',
	'source/report/machine-load.ts',
];

it('every command that reports on a container uses the rule of health', () => {
	const calls = (nodes: readonly SyntaxNode[], names: readonly string[]) =>
		nodes.some(
			({type, ...node}) =>
				type === 'CallExpression' && names.includes(String((node['callee'] as Record<string, unknown>)['name'])),
		);
	const finding = parseSources().filter(({path, nodes}) => isForPeople(path) && calls(nodes, finders));
	expect(finding.filter(({nodes}) => !calls(nodes, askers)).map(({path}) => path)).toEqual(saysNothing);
	expect(finding.map(({path}) => path)).toEqual(
		expect.arrayContaining([
			'source/commands/inspect/inspect.ts',
			'source/commands/inspect/status.ts',
			'source/report/engine-checks.ts',
		]),
	);
});
