import {createHash} from 'node:crypto';
import type {ExecResult} from '../../source/engine/engine.ts';
import type {ExecCall, MemoryEngine} from '../../source/engine/memory.ts';
import {certificateFolder, folder, seedPath} from '../../source/router/layout.ts';
import {probeScript, unreached} from '../../source/router/probe-program.ts';
import {checkName, isCheckName} from '../../source/router/safe-names.ts';
import {
	certificatesScript,
	commitExits,
	commitLine,
	commitScript,
	drainScript,
	endMark,
	fenceScript,
	installScript,
	portsScript,
	readScript,
	stagedMark,
	trafficScript,
} from '../../source/router/scripts.ts';
import type {RouteTable} from '../../source/router/table.ts';

type Server = {address: string; port: string; isServing: boolean};

/** The files in the router's volume and the state of its worker. */
type Router = {
	generation: number;
	config: string;
	topology: string;
	readonly tables: Map<string, RouteTable>;
	servers: Map<string, Server>;
	/** The index of the certificates, as text. */
	certificates: string;
	/** What was sent to install them last. */
	commands: string;
	/** Hosts whose certificates HAProxy does not load. */
	readonly refused: Set<string>;
	/** How many commits wait for their line. */
	waiting: number;
};

/** The problem that a probe of an address finds, by HTTP or TCP; undefined when there is none. */
export type Answer = (address: string, type: 'http' | 'tcp') => string | undefined;

const serversOf = (tables: Iterable<RouteTable>): Map<string, Server> => {
	const servers = new Map<string, Server>();
	for (const {lineage, backends} of tables)
		for (const {service, slots, active, check} of backends)
			for (const slot of ['blue', 'green'] as const) {
				const {address = '0.0.0.0', port = 80} = slots[slot] ?? {};
				const server = () => ({address, port: String(port), isServing: active === slot});
				servers.set(`${lineage}.${service}/${slot}`, server());
				if (check) servers.set(`${checkName(lineage, service)}/${slot}`, server());
			}
	return servers;
};

/** One command of the admin socket. */
function change(servers: Map<string, Server>, command: string): void {
	const [, name, what, value, , port] = /^set server (\S+) (addr|state) (\S+)(?: (port) (\S+))?$/.exec(command) ?? [];
	const server = name === undefined ? undefined : servers.get(name);
	if (!server) throw new Error(`the router does not know: ${command}`);
	if (what === 'addr') Object.assign(server, {address: value, port});
	else server.isServing = value === 'ready';
}

const show = ({topology, servers}: Router): string =>
	[
		'--- running',
		`Description: ${topology}`,
		'',
		'1',
		'# be_name srv_name srv_addr srv_port srv_op_state srv_admin_state',
		...[...servers].map(([name, {address, port, isServing}]) =>
			[...name.split('/'), address, port, isServing ? '2' : '0', isServing ? '0' : '1'].join(' '),
		),
		'',
	].join('\n');

const descriptionIn = (config: string): string => /description '([^']*)'/.exec(config)?.[1] ?? '';

/**
 * The inside of the router's container on a memory engine. It answers our scripts as a shell with HAProxy would, from the
 * files and commands that it received.
 * @param beforeAnswer called before each script, and before each line of one that goes on
 */
export function createMemoryRouter(answer: Answer, beforeAnswer = async (): Promise<void> => {}) {
	const router: Router = {
		generation: 0,
		config: '',
		topology: '',
		tables: new Map(),
		servers: new Map(),
		certificates: '',
		commands: '',
		refused: new Set(),
		waiting: 0,
	};
	const known: {engine?: MemoryEngine; container?: string} = {};

	const reload = () => {
		router.topology = descriptionIn(router.config);
		router.servers = serversOf(router.tables.values());
	};

	async function commit({container, command, input, onLine}: ExecCall): Promise<Partial<ExecResult>> {
		const [id, expected, next, lineage, type] = command.slice(4);
		const isMoved = () => router.generation !== Number(expected);
		if (isMoved()) return {exitCode: commitExits.moved};
		const {files} = known.engine!.look(container.id);
		const staged = (kind: string) => files.get(`${folder}/staged-${id}.${kind}`) as string | undefined;
		onLine?.(stagedMark, 'stdout');
		router.waiting++;
		const line = await input;
		router.waiting--;
		if (line !== `${commitLine}\n`) return {exitCode: commitExits.abandoned};
		if (isMoved()) return {exitCode: commitExits.moved};
		router.config = staged('cfg')!;
		router.generation = Number(next);
		const table = staged('json');
		if (lineage && table) router.tables.set(lineage, JSON.parse(table) as RouteTable);
		else if (lineage) router.tables.delete(lineage);
		if (type === 'reload') reload();
		if (type === 'switch')
			for (const line of staged('switch')!.trim().split('\n'))
				for (const part of line.split('; ')) change(router.servers, part);
		return {stdout: show(router)};
	}

	function read(): Partial<ExecResult> {
		const hash = createHash('sha256').update(router.config).digest('hex');
		const tables = [...router.tables.values()].map(table => JSON.stringify(table)).join('\n');
		return {
			stdout: `--- generation\n${router.generation}\n--- config\n${hash}  haproxy.cfg\n--- tables\n${tables}\n${show(router)}`,
		};
	}

	function install({container, command}: ExecCall): Partial<ExecResult> {
		const [id, expected] = command.slice(4);
		if (createHash('sha256').update(router.certificates).digest('hex') !== expected)
			return {exitCode: commitExits.moved};
		const {files} = known.engine!.look(container.id);
		const staged = (name: string) => files.get(`${certificateFolder}/staged-${id}/${name}`) as string;
		const bad = [...router.refused].find(host => staged('check.list').includes(` ${host}\n`));
		if (bad !== undefined)
			return {exitCode: commitExits.invalid, stderr: `[ALERT] (9) : config : unable to load a certificate`};
		router.commands = staged('commands');
		router.certificates = staged('index.json');
		const installed = `${certificateFolder}/staged-${id}/files/`;
		for (const [path, content] of [...files])
			if (path.startsWith(installed)) files.set(`${certificateFolder}/${path.slice(installed.length)}`, content);
		return {};
	}

	/** Checks run when they are read, and count at once. */
	const stat = (): Partial<ExecResult> => {
		const lines = [...router.servers].flatMap(([name, {address, port, isServing}]) => {
			if (!isCheckName(name) || !isServing) return [];
			const {check} = [...router.tables.values()]
				.flatMap(({lineage, backends}) => backends.map(backend => ({...backend, lineage})))
				.find(({lineage, service}) => name.startsWith(`${checkName(lineage, service)}/`))!;
			const problem = answer(address, check!.type)?.split('\t')[0];
			const [, code = '', said = problem] = /^(\d+) (.*)$/.exec(problem ?? '200 OK') ?? [];
			const result = problem === undefined ? 'L7OK' : code === '' ? 'L4CON' : 'L7STS';
			const [status, health] = problem === undefined ? ['UP', '3'] : ['DOWN', '0'];
			const line = [...name.split('/'), status, '480', result, code, health, `"${said}"`, `${address}:${port}`];
			return [line.join(',')];
		});
		const titles = '# pxname,svname,status,lastchg,check_status,check_code,check_health,last_chk,addr';
		return {stdout: [titles, ...lines, ''].join('\n')};
	};

	const ports = (places: readonly string[]): Partial<ExecResult> => {
		const lines = places.flatMap((host, index) => {
			if (index % 2 === 1) return [];
			const problem = answer(host, 'tcp');
			return [problem === undefined ? `${index / 2} open` : `${index / 2} closed ${problem}`];
		});
		return {stdout: `${lines.join('\n')}\n`};
	};

	function probeLine(line: string, onLine: ExecCall['onLine']): void {
		const [verb, id, limit, type, address] = line.split(' ');
		const say = (text: string) => onLine?.(`${id} ${text}`, 'stdout');
		if (verb === 'why') {
			say(`why nc: can't connect to remote host (${limit}): Connection refused`);
			say(`late 9 1000 ${unreached}\t`);
		}
		if (verb !== 'ask') return;
		const problem = answer(address!, type === 'tcp' ? 'tcp' : 'http');
		if (problem === undefined) say('ready 1 0 200 OK\t');
		else if (/Connection refused/.test(problem)) say(`waits 1 0 ${unreached}\t`);
		else say(`late 9 1000 ${problem.includes('\t') ? problem : `${problem}\t`}`);
	}

	/** Answers each line of its input, until that ends. */
	async function probe({input, onLine}: ExecCall): Promise<Partial<ExecResult>> {
		for await (const part of input as AsyncIterable<string>)
			for (const line of part.trim().split('\n')) {
				await beforeAnswer();
				probeLine(line, onLine);
			}
		return {};
	}

	return {
		router,
		connect: (engine: MemoryEngine) => {
			known.engine = engine;
		},
		async exec(call: ExecCall): Promise<Partial<ExecResult>> {
			await beforeAnswer();
			const result = await this.answer(call);
			const gap = call.command[2] === certificatesScript ? '' : '\n';
			return {...result, stdout: `${result.stdout ?? ''}${gap}${endMark}\n`};
		},
		answer(call: ExecCall): Partial<ExecResult> | Promise<Partial<ExecResult>> {
			const {container, command} = call;
			const [, , script, , ...args] = command;
			if (known.container !== container.id) {
				// A new container starts from the volume or the seed.
				known.container = container.id;
				if (router.config === '') router.config = known.engine!.look(container.id).files.get(seedPath) as string;
				reload();
			}
			if (script === readScript) return read();
			if (script === commitScript) return commit(call);
			if (script === certificatesScript)
				return {
					stdout: `${[...router.tables.keys()].map(name => `tables/${name}.json`).join(' ')}\n${router.certificates}`,
				};
			if (script === installScript) return install(call);
			if (script === fenceScript) router.generation++;
			if (script === drainScript) return {exitCode: 0};
			if (script === trafficScript) return stat();
			if (script === portsScript) return ports(args);
			return script === probeScript ? probe(call) : {};
		},
	};
}
