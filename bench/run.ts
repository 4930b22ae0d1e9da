// npm run bench                    all benchmarks; takes some minutes
// npm run bench -- startup         one benchmark
const names = ['startup', 'plan', 'variables', 'apply', 'build', 'switch', 'environments', 'terminal'] as const;
type Name = (typeof names)[number];

const load = {
	startup: () => import('./startup.ts'),
	plan: () => import('./plan.ts'),
	variables: () => import('./variables.ts'),
	apply: () => import('./apply.ts'),
	build: () => import('./build.ts'),
	switch: () => import('./switch.ts'),
	environments: () => import('./environments.ts'),
	terminal: () => import('./terminal.ts'),
} satisfies Record<Name, () => Promise<unknown>>;

const isName = (text: string): text is Name => names.some(name => name === text);

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !isName(name));
if (unknown.length === 0) {
	for (const name of asked.length > 0 ? asked.filter(isName) : names) await load[name]();
} else {
	process.stderr.write(`There is no measurement ${unknown.join(', ')}. There are ${names.join(', ')}.\n`);
	process.exitCode = 1;
}

export {};
