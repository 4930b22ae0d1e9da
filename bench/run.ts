// npm run bench                    all benchmarks, then the summary; takes about half an hour
// npm run bench -- startup         one benchmark
// npm run bench -- summary         what the last runs came to
import {forgetResults} from './results.ts';
import {fail} from './section.ts';

const load = {
	startup: () => import('./startup.ts'),
	plan: () => import('./plan.ts'),
	growth: () => import('./growth.ts'),
	variables: () => import('./variables.ts'),
	apply: () => import('./apply.ts'),
	destroy: () => import('./destroy.ts'),
	build: () => import('./build.ts'),
	switch: () => import('./switch.ts'),
	environments: () => import('./environments.ts'),
	tls: () => import('./tls.ts'),
	ssh: () => import('./ssh.ts'),
	terminal: () => import('./terminal.ts'),
	summary: () => import('./print-summary.ts'),
} as const satisfies Record<string, () => Promise<unknown>>;

type Name = keyof typeof load;

const names = Object.keys(load) as readonly Name[];
const isName = (text: string): text is Name => names.some(name => name === text);

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !isName(name));
if (unknown.length === 0) {
	if (asked.length === 0) forgetResults();
	for (const name of asked.length > 0 ? asked.filter(isName) : names) await load[name]().catch(fail);
} else {
	process.stderr.write(`There is no measurement ${unknown.join(', ')}. There are ${names.join(', ')}.\n`);
	process.exitCode = 1;
}
