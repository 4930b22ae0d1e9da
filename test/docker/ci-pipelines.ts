import {parse} from 'yaml';
import {type CiLab, type RanJob, runJob, type Shell} from './ci-runner.ts';

/** What one run of a pipeline knows, by the names of its file: `github.event_name`, `CI_COMMIT_BRANCH`. */
export type Facts = Readonly<Record<string, string>>;

/** A pipeline whose jobs run here, from the very lines of its file. Artifacts and outputs go from job to job. */
export type Pipeline = {
	/** The jobs that an event starts, by their conditions. Those that need a job that has not run are not among them. */
	readonly started: (facts: Facts) => readonly string[];
	/** Runs a job that the event starts; fails for any other. */
	readonly run: (name: string, facts: Facts, variables?: Facts) => Promise<RanJob>;
};

const wordPattern = /^\s*(\S+)\s*(==|!=)\s*(\S+)\s*$/;

/** Evaluates comparisons that are joined by `&&`. */
function holds(condition: string, lookUp: (word: string) => string): boolean {
	return condition.split('&&').every(part => {
		const [, left, sign, right] = wordPattern.exec(part) ?? [];
		if (left === undefined || right === undefined) throw new Error(`no comparison: ${part}`);
		const value = (word: string) => /^['"](.*)['"]$/.exec(word)?.[1] ?? lookUp(word);
		return (value(left) === value(right)) === (sign === '==');
	});
}

type GithubStep = {
	readonly uses?: string;
	readonly run?: string;
	readonly id?: string;
	readonly env?: Facts;
	readonly with?: Facts;
};

type GithubJob = {
	readonly if: string;
	readonly steps: readonly GithubStep[];
	readonly outputs?: Facts;
};

/** What the actions of the file do here. */
const actions: Readonly<Record<string, 'nothing' | 'upload' | 'download'>> = {
	'actions/checkout@v4': 'nothing',
	'actions/setup-node@v4': 'nothing',
	'actions/upload-artifact@v4': 'upload',
	'actions/download-artifact@v4': 'download',
};

/** A workflow of GitHub Actions. @param secrets as `secrets.NAME` and `vars.NAME` */
export function githubPipeline(lab: CiLab, text: string, secrets: Facts): Pipeline {
	const workflow = parse(text) as {readonly env: Facts; readonly jobs: Readonly<Record<string, GithubJob>>};
	const artifacts: Record<string, Readonly<Record<string, Buffer>>> = {};
	const outputs: Record<string, string> = {};
	const expand = (value: string, facts: Facts): string =>
		value.replace(/\$\{\{ (\S+) \}\}/g, (_, name: string) => {
			const found = facts[name];
			if (found === undefined) throw new Error(`nothing is known of ${name}`);
			return found;
		});
	const started = (facts: Facts) =>
		Object.entries(workflow.jobs)
			.filter(([, job]) => holds(job.if, word => ({...facts, ...outputs})[word] ?? ''))
			.map(([name]) => name);
	return {
		started,
		async run(name, facts, variables = {}) {
			if (!started(facts).includes(name)) throw new Error(`the event does not start ${name}`);
			const {steps, outputs: named = {}} = workflow.jobs[name]!;
			const known = {...secrets, ...facts};
			const unknown = steps.filter(({uses}) => uses !== undefined && actions[uses] === undefined);
			if (unknown.length > 0) throw new Error(`unknown action: ${unknown.map(({uses}) => uses).join(', ')}`);
			const using = (what: string) => steps.filter(({uses}) => uses !== undefined && actions[uses] === what);
			const shells: Shell[] = steps.flatMap(({run, env = {}}) => {
				const own = Object.entries(env).map(([key, value]) => [key, expand(value, known)] as const);
				return run === undefined ? [] : [{lines: expand(run, known), env: Object.fromEntries(own)}];
			});
			const uploads = using('upload').map(step => step.with!);
			const ran = await runJob(
				{...lab, variables: {...lab.variables, ...variables}},
				{
					shells,
					env: workflow.env,
					files: Object.assign({}, ...using('download').map(step => artifacts[step.with!['name']!])),
					secretFiles: {},
					kept: uploads.map(({path}) => path!),
				},
			);
			for (const {name: artifact, path} of uploads)
				if (ran.files[path!]) artifacts[artifact!] = {[path!]: ran.files[path!]!};
			const made = Object.fromEntries(
				[...ran.output.matchAll(/^(\w+)=(.*)$/gm)].flatMap(([, key, value]) =>
					steps.map(({id}) => [`steps.${id}.outputs.${key}`, value!]),
				),
			);
			if (ran.exitCode === 0)
				for (const [key, value] of Object.entries(named)) outputs[`needs.${name}.outputs.${key}`] = expand(value, made);
			return ran;
		},
	};
}

type GitlabJob = {
	readonly script: readonly string[];
	readonly rules: readonly {readonly if: string}[];
	readonly artifacts?: {readonly paths: readonly string[]};
};

/**
 * A pipeline of GitLab.
 * @param settings variables of the project
 * @param files those of the type `File`: a job gets the name of a file
 */
export function gitlabPipeline(lab: CiLab, text: string, settings: Facts, files: Facts): Pipeline {
	const {
		stages,
		variables: global,
		default: common,
		...jobs
	} = parse(text) as {
		readonly stages: readonly string[];
		readonly variables: Facts;
		readonly default: {readonly before_script: readonly string[]};
	} & Readonly<Record<string, unknown>>;
	const all = jobs as Readonly<Record<string, GitlabJob>>;
	let artifacts: Readonly<Record<string, Buffer>> = {};
	const started = (facts: Facts) =>
		Object.entries(all)
			.filter(([, {rules}]) => rules.some(rule => holds(rule.if, word => facts[word.replace(/^\$/, '')] ?? '')))
			.map(([name]) => name);
	return {
		started,
		async run(name, facts, variables = {}) {
			if (!started(facts).includes(name)) throw new Error(`the event does not start ${name}`);
			const {script, artifacts: kept} = all[name]!;
			const paths = Object.keys(files).map(key => [key, `/runner/${key}`] as const);
			const ran = await runJob(
				{...lab, variables: {...lab.variables, ...variables}},
				{
					shells: [{lines: [...common.before_script, ...script].join('\n')}],
					env: {...global, ...settings, ...facts, ...Object.fromEntries(paths)},
					files: artifacts,
					secretFiles: files,
					kept: kept?.paths ?? [],
				},
			);
			// Later stages get what earlier ones left.
			artifacts = {...artifacts, ...ran.files};
			return ran;
		},
	};
}
