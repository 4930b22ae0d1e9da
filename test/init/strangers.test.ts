import {expect, test} from 'vitest';
import {planBuild} from '../../source/build/plan-build.ts';
import type {Project} from '../../source/descriptor/project.ts';
import {describeInit} from '../../source/init/init.ts';
import {warningsOf} from '../../source/init/remarks.ts';
import {makeTree} from '../build/tree.ts';
import {read} from '../descriptor/support.ts';
import {strangers} from './strangers.ts';

/** What a plan says of a service, and the Dockerfile that it would build. */
async function planned(project: Project, name: string): Promise<string> {
	try {
		const {reason, written} = await planBuild({
			project,
			service: project.services.find(service => service.name === name)!,
			findImage: async () => undefined,
			findRailpack: async () => ({missing: 'railpack not found'}),
			readArchitecture: async () => '',
			buildArgs: {},
		});
		return `${reason}\n\n${written?.['Dockerfile'] ?? ''}`;
	} catch (error) {
		return `${(error as Error).message}\n`;
	}
}

test.each(Object.entries(strangers))('what init writes and says, and what is built, of %s', async (name, sources) => {
	const directory = makeTree(
		Object.fromEntries(
			Object.entries(sources).map(([path, content]) => [
				path,
				typeof content === 'string' ? content : JSON.stringify(content),
			]),
		),
	);
	const {text, services} = await describeInit(directory, 'shop');
	const project = read(text, undefined, {directory});
	const parts = ['--- compartment.yml', text, '--- init says', ...warningsOf(services), ''];
	for (const service of project.services)
		parts.push(`--- plan of ${service.name}`, await planned(project, service.name));
	await expect(parts.join('\n')).toMatchFileSnapshot(`../../snapshots/init/strangers/${name}.txt`);
});
