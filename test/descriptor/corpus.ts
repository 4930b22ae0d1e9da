import {db, route, web} from './support.ts';

/** One broken pair of files and everything the loader must say about it. */
export type Broken = {
	readonly descriptor: string;
	readonly routes?: string;
	/** `path: message`, ordered by place. */
	readonly says: readonly string[];
	/** The rule refers to other names or computes, which JSON Schema cannot do. */
	readonly isBeyondJsonSchema?: true;
};

type Row = readonly [text: string, ...says: string[]];

const descriptors = (rows: readonly Row[]): Broken[] => rows.map(([descriptor, ...says]) => ({descriptor, says}));
const beyond = (broken: readonly Broken[]): Broken[] => broken.map(each => ({...each, isBeyondJsonSchema: true}));

const site = 'services.web';
const railpackOnly = (field: string) =>
	`${site}.build.${field}: build.${field} is only supported when the build strategy resolves to Railpack.`;
const presetOnly = (field: string) =>
	`resources.db.${field}: Preset resources support only env overrides; remove ${field} or declare a full resource without preset. The command below prints it.`;

const topLevel = descriptors([
	['name: app\n', 'services: is required'],
	['services: {web: .}\n', 'name: is required'],
	['name: create\nservices: {web: .}\n', 'name: Project name "create" is reserved.'],
	['name: 5\nservices: {web: .}\n', 'name: must be a string (it is a number)'],
	['name: My_App\nservices: {web: .}\n', 'name: must match ^[a-z][a-z0-9-]{0,62}$ (it is "My_App")'],
	['name: app\nservices: {}\n', 'services: At least one service is required.'],
	['name: app\nservices: [web]\n', 'services: must be a map (it is a list)'],
	['name: app\nservices: {web: .}\nresources:\n', 'resources: must be a map (it is empty)'],
	['name: app\nservices: {web: .}\nresouces: {}\n', 'resouces: unknown key "resouces", did you mean "resources"?'],
	['name: app\nservices: {Web: .}\n', 'services.Web: must match ^[a-z0-9][a-z0-9_-]{0,62}$ (it is "Web")'],
	['name: app\nservices: {"a b": .}\n', 'services["a b"]: must match ^[a-z0-9][a-z0-9_-]{0,62}$ (it is "a b")'],
	['- a\n', '(root): must be a map (it is a list)'],
	['', '(root): must be a map (it is empty)'],
]);

const services = descriptors([
	[web('5'), `${site}: must be a string or a map (it is a number)`],
	[web("''"), `${site}: must not be empty`],
	[web('{}'), `${site}.path: is required unless image is set`],
	[web("{path: ''}"), `${site}.path: must not be empty`],
	[web('{path: [a]}'), `${site}.path: must be a string (it is a list)`],
	[web('{path: ., readyness: {}}'), `${site}.readyness: unknown key "readyness", did you mean "readiness"?`],
	[web('{path: ., cluster: {}}'), `${site}.cluster: unknown key "cluster"`],
	[web('{path: ., environment: {A: b}}'), `${site}.environment: unknown key "environment": write env, as a map`],
	[
		web('{path: ., volumes: [data], secret: x}'),
		`${site}.volumes: must be a map (it is a list): write name: /path, one per line, without dashes`,
		`${site}.secret: unknown key "secret": store the value with the command variable set NAME --sensitive; for a file write secretFiles: {NAME: /path}`,
	],
	[web('{path: ., volumes: {d: data}}'), `${site}.volumes.d: must be an absolute path below / without a colon`],
	[web('{path: ., volumes: {d: {exclusive: true}}}'), `${site}.volumes.d.path: is required`],
	[web('{path: ., volumes: {d: {path: /d, backup: {}}}}'), `${site}.volumes.d.backup.preset: is required`],
	[
		web('{path: ., volumes: {d: {path: /d, backup: {preset: archive, schedule: {}}}}}'),
		`${site}.volumes.d.backup.schedule: schedule requires exactly one of interval or cron.`,
	],
	[
		web('{path: ., volumes: {d: {path: /d, exclusive: yes}}}'),
		`${site}.volumes.d.exclusive: must be true or false (it is a string)`,
	],
	[
		web('{path: ., kind: static, build: {outputDirectory: dist}, volumes: {d: /d}}'),
		`${site}.volumes: kind: static does not support volumes.`,
	],
	[
		web('{path: ., kind: job, volumes: {d: {path: /d, exclusive: true}}}'),
		`${site}.volumes.d.exclusive: kind: job does not support exclusive volumes: its runs are not deployments.`,
	],
	[web('{path: ., build: .}'), `${site}.build: must be a map (it is a string): write path for the folder to build`],
	[
		web('{path: ., env: [A=b]}'),
		`${site}.env: must be a map (it is a list): write NAME: value, one per line, without dashes`,
	],
	[
		web('{path: ., kind: wroker}'),
		`${site}.kind: must be one of web, api, static, worker, job, cron (it is "wroker"), did you mean "worker"?`,
	],
	[web('{path: ., accessMode: private}'), `${site}.accessMode: must be one of authenticated, public (it is "private")`],
	[web('{path: ., image: x}'), `${site}.image: image and path cannot be used together.`],
	[web('{image: a b}'), `${site}.image: must be an image reference without spaces, for example postgres:16`],
	[web('{image: x, build: {}}'), `${site}.build: build is not supported with image, which is already built.`],
	[
		web('{image: x, dockerfile: D}'),
		`${site}.dockerfile: dockerfile is not supported with image, which is already built.`,
	],
	[web('{image: x, context: .}'), `${site}.context: context is not supported with image, which is already built.`],
	[
		web('{path: ., dockerfile: /Dockerfile}'),
		`${site}.dockerfile: dockerfile must be relative to the directory containing compartment.yml.`,
	],
	[
		web("{path: ., context: 'C:/src'}"),
		`${site}.context: context must be relative to the directory containing compartment.yml.`,
	],
	[web("{path: ., context: 'a\\b'}"), `${site}.context: context must use / between folders.`],
	[
		web('{path: ., dockerfile: D, build: {strategy: railpack}}'),
		`${site}.dockerfile: dockerfile is not supported with build.strategy: railpack.`,
	],
	[
		web('{path: ., context: ., build: {strategy: railpack}}'),
		`${site}.context: context is not supported with build.strategy: railpack.`,
	],
	[web('{path: ., port: 0}'), `${site}.port: must be at least 1 (it is 0)`],
	[web('{path: ., port: 65536}'), `${site}.port: must be at most 65535 (it is 65536)`],
	[web('{path: ., port: 80.5}'), `${site}.port: must be a whole number (it is 80.5)`],
	[web("{path: ., port: '80'}"), `${site}.port: must be a number (it is a string)`],
	[web('{path: ., domain: -a.example.com}'), `${site}.domain: must be a DNS host name, for example shop.example.com`],
	[web('{path: ., domain: 10.0.0.1}'), `${site}.domain: must be a DNS host name, for example shop.example.com`],
	[web('{path: ., kind: worker, domain: a.b}'), `${site}.domain: kind: worker does not support domain.`],
	[web('{path: ., kind: api, domain: a.b}'), `${site}.domain: kind: api supports domain only with accessMode: public.`],
	[web('{path: ., limits: {cpu: 0}}'), `${site}.limits.cpu: must be greater than 0 (it is 0)`],
	[web('{path: ., limits: {cpu: .inf}}'), `${site}.limits.cpu: must be a number (it is Infinity)`],
	[web('{path: ., limits: {}}'), `${site}.limits: must include at least one of cpu, memory or pids.`],
	[web('{path: ., limits: {memory: much}}'), `${site}.limits.memory: must be a size such as 512m or 1.5g, or bytes`],
	[web('{path: ., limits: {memory: 512}}'), `${site}.limits.memory: must be at least 6m, the minimum of the engine`],
	[web('{path: ., env: {PORT: 3000}}'), `${site}.env.PORT: must be a string (it is a number); put it in quotes`],
	[web('{path: ., env: {ON: true}}'), `${site}.env.ON: must be a string (it is true or false); put it in quotes`],
	[web('{path: ., env: {A:}}'), `${site}.env.A: must be a string (it is empty)`],
	[
		web('{path: ., env: {A-B: x}}'),
		`${site}.env.A-B: Variable names must start with a letter or underscore and contain only letters, digits, and underscores.`,
	],
	[
		web('{path: ., env: {COMPARTMENT_X: x}}'),
		`${site}.env.COMPARTMENT_X: Variable names starting with COMPARTMENT_ are reserved for compartment-managed runtime metadata.`,
	],
	[
		web('{path: ., secretFiles: {A: run/a}}'),
		`${site}.secretFiles.A: must be an absolute file path without dot segments or a colon`,
	],
	[
		web('{path: ., secretFiles: {A: /run/../etc/passwd}}'),
		`${site}.secretFiles.A: must be an absolute file path without dot segments or a colon`,
	],
	[
		web('{path: ., secretFiles: {A: /run/}}'),
		`${site}.secretFiles.A: must be an absolute file path without dot segments or a colon`,
	],
	[
		web('{path: ., schedule: {interval: daily}}'),
		`${site}.schedule: schedule is only supported for kind: cron services.`,
	],
	[web('{path: ., kind: cron, schedule: {}}'), `${site}.schedule: schedule requires exactly one of interval or cron.`],
	[
		web("{path: ., kind: cron, schedule: {interval: daily, cron: '* * * * *'}}"),
		`${site}.schedule: schedule requires exactly one of interval or cron.`,
	],
	[
		web("{path: ., kind: cron, schedule: {cron: '60 * * * *'}}"),
		`${site}.schedule.cron: cron must be a valid standard 5-field cron expression.`,
	],
	[
		web('{path: ., kind: cron, schedule: {interval: dayly}}'),
		`${site}.schedule.interval: must be one of daily, hourly (it is "dayly"), did you mean "daily"?`,
	],
	[
		web('{path: ., kind: cron, schedule: {interval: daily, retention: {keepLast: 1}}}'),
		`${site}.schedule.retention: unknown key "retention"`,
	],
	[
		web('{path: ., kind: cron, schedule: {interval: daily, concurrency: replaced}}'),
		`${site}.schedule.concurrency: must be one of forbid, replace, allow (it is "replaced"), did you mean "replace"?`,
	],
	[
		web('{path: ., kind: cron, schedule: {interval: daily, timeoutMs: 10}}'),
		`${site}.schedule.timeoutMs: must be at least 1000 (it is 10)`,
	],
	[
		db('{image: x, operations: {backup: {command: x, schedule: {interval: daily, timeoutMs: 1000}}}}'),
		`resources.db.operations.backup.schedule.timeoutMs: unknown key "timeoutMs"`,
	],
]);

const staticServices = descriptors([
	[web('{path: ., kind: static}'), `${site}.build.outputDirectory: kind: static requires build.outputDirectory.`],
	[
		web('{path: ., kind: static, build: {outputDirectory: a, strategy: auto}}'),
		`${site}.build.strategy: kind: static does not support build.strategy.`,
	],
	...['run: {command: x}', 'readiness: {type: http}', 'release: {command: x}', 'context: .'].map((field): Row => {
		const [key] = field.split(':');
		return [
			web(`{path: ., kind: static, build: {outputDirectory: a}, ${field}}`),
			`${site}.${key}: kind: static does not support ${key}.`,
		];
	}),
	[
		web('{path: ., build: {outputDirectory: a}}'),
		`${site}.build.outputDirectory: build.outputDirectory is only supported for kind: static services.`,
	],
	...['/a', 'C:/a', '..', '.', './', 'a/../..'].map(
		(path): Row => [
			web(`{path: ., kind: static, build: {outputDirectory: '${path}'}}`),
			`${site}.build.outputDirectory: build.outputDirectory must be a relative path inside the service directory and must not resolve to the service root.`,
		],
	),
]).map((broken): Broken => (broken.descriptor.includes("'a/../..'") ? {...broken, isBeyondJsonSchema: true} : broken));

const builds = descriptors([
	[
		web('{path: ., build: {strategy: dokerfile}}'),
		`${site}.build.strategy: must be one of auto, dockerfile, railpack (it is "dokerfile"), did you mean "dockerfile"?`,
	],
	[web("{path: ., build: {command: ''}}"), `${site}.build.command: must not be empty`],
	[web('{path: ., build: {include: a}}'), `${site}.build.include: must be a list (it is a string)`],
	[
		web('{path: ., build: {include: [/a]}}'),
		`${site}.build.include[0]: build.include entries must be relative to the directory containing compartment.yml.`,
	],
	[
		web("{path: ., build: {include: [a, 'b/*']}}"),
		`${site}.build.include[1]: build.include entries must be literal file or directory paths.`,
	],
	[
		web('{path: ., build: {env: [1a]}}'),
		`${site}.build.env[0]: Variable names must start with a letter or underscore and contain only letters, digits, and underscores.`,
	],
	[
		web('{path: ., build: {packages: {}}}'),
		`${site}.build.packages: build.packages must include at least one build or runtime package.`,
	],
	[
		web('{path: ., build: {packages: {build: [], runtime: []}}}'),
		`${site}.build.packages: build.packages must include at least one build or runtime package.`,
	],
	[
		web("{path: ., build: {packages: {build: ['a;b']}}}"),
		`${site}.build.packages.build[0]: must match ^[A-Za-z0-9][A-Za-z0-9.+:=~-]*$ (it is "a;b")`,
	],
	[web('{path: ., build: {strategy: dockerfile, command: x}}'), railpackOnly('command')],
	[web('{path: ., build: {strategy: dockerfile, packages: {build: [x]}}}'), railpackOnly('packages')],
	[
		web('{path: ., build: {strategy: dockerfile, outputDirectory: a}}'),
		`${site}.build.outputDirectory: build.outputDirectory is only supported for kind: static services.`,
		railpackOnly('outputDirectory'),
	],
	[web('{path: ., dockerfile: D, build: {command: x}}'), railpackOnly('command')],
	[
		web('{path: ., build: {strategy: dockerfile}, run: {command: x}}'),
		`${site}.run.command: run.command is only supported when the service build resolves to Railpack.`,
	],
	[
		web('{path: ., dockerfile: D, run: {command: x}}'),
		`${site}.run.command: run.command is only supported when the service build resolves to Railpack.`,
	],
]);

const runs = descriptors([
	[web('{path: ., run: {}}'), `${site}.run.command: run must include at least one of command or restart.`],
	[web('{path: ., run: {restart: {}}}'), `${site}.run.restart.policy: is required`],
	[
		web('{path: ., run: {restart: {policy: always}}}'),
		`${site}.run.restart.policy: must be one of no, on-failure, unless-stopped (it is "always")`,
	],
	[
		web('{path: ., run: {restart: {policy: no, maxRetries: 3}}}'),
		`${site}.run.restart.maxRetries: restart.maxRetries is only supported with the on-failure policy.`,
	],
	[
		web('{path: ., run: {restart: {policy: on-failure, maxRetries: 0}}}'),
		`${site}.run.restart.maxRetries: must be at least 1 (it is 0)`,
	],
	[web('{path: ., release: {}}'), `${site}.release.command: is required`],
	[web('{path: ., readiness: {}}'), `${site}.readiness.type: is required`],
	[web('{path: ., readiness: {type: tcp}}'), `${site}.readiness.type: must be http (it is "tcp")`],
	[
		web('{path: ., readiness: {type: http, timeoutMs: 900000}}'),
		`${site}.readiness.timeoutMs: must be at most 300000 (it is 900000)`,
	],
	[
		web('{path: ., readiness: {type: http, timeoutMs: 30s}}'),
		`${site}.readiness.timeoutMs: must be a number (it is a string)`,
	],
]);

const connections = descriptors([
	[web('{path: ., connections: {}}'), `${site}.connections: Service connections must not be empty.`],
	[
		`${web('{path: ., connections: {db: {env: {}}}}')}resources: {db: {preset: postgres}}\n`,
		`${site}.connections.db.env: Service connection env must not be empty.`,
	],
	[
		`${web('{path: ., connections: {db: {env: {A: Host}}}}')}resources: {db: {image: x, outputs: {Host: {sensitive: no, value: x}}}}\n`,
		`${site}.connections.db.env.A: must match ^[a-z0-9][a-z0-9_.-]{0,62}$ (it is "Host")`,
		'resources.db.outputs.Host: must match ^[a-z0-9][a-z0-9_.-]{0,62}$ (it is "Host")',
	],
]);

const connectionNames = beyond(
	descriptors([
		[
			`${web('{path: ., connections: {bd: {env: {A: host}}}}')}resources: {db: {preset: postgres}}\n`,
			`${site}.connections.bd: Service "web" connection references unknown resource "bd". Did you mean "db"?`,
		],
		[
			`${web('{path: ., connections: {db: {env: {A: hots}}}}')}resources: {db: {preset: postgres}}\n`,
			`${site}.connections.db.env.A: Service "web" connection env "A" references unknown resource output "db.hots". Did you mean "host"?`,
		],
		[
			`${web('{path: ., connections: {a: {env: {K: o}}, b: {env: {K: o}}}}')}resources: {a: &r {image: x, outputs: {o: {sensitive: true, value: x}}}, b: *r}\n`,
			`${site}.connections.b.env.K: Service "web" connection env "K" is declared by both "a" and "b".`,
		],
		[
			`${web('{path: ., env: {K: x}, connections: {db: {env: {K: host}}}}')}resources: {db: {preset: postgres}}\n`,
			`${site}.connections.db.env.K: Service "web" variable "K" is declared by both env and connections.`,
		],
		[
			web('{path: ., secretFiles: {A: /run/s, B: /run/s}}'),
			`${site}.secretFiles.B: Service "web" writes both "A" and "B" to "/run/s".`,
		],
		[
			`${web('{path: ., domain: a.example}')}  two: {path: ., domain: A.example}\n`,
			'services.two.domain: Domain "A.example" already belongs to service "web".',
		],
		[
			web('{path: ., build: {env: [PUBLIC_URL, PATH, http_proxy]}}'),
			`${site}.build.env[1]: must not be PATH, which changes how build tools on this machine run; in a Dockerfile write ENV PATH=…`,
			`${site}.build.env[2]: must not be http_proxy, which changes how build tools on this machine run; in a Dockerfile write ENV http_proxy=…`,
		],
		[
			`${web('{path: ., build: {env: [A, URL]}, connections: {db: {env: {URL: host}}}}')}resources: {db: {preset: postgres}}\n`,
			`${site}.build.env[1]: Build variable "URL" uses a descriptor resource connection. Resource outputs resolve at runtime and cannot be exposed to build.`,
		],
		[web('{path: ., context: ../x}'), `${site}.context: context must stay within the current repository or worktree.`],
		[
			web('{path: ., dockerfile: a/../../x}'),
			`${site}.dockerfile: dockerfile must stay within the current repository or worktree.`,
		],
		[web('{path: ., limits: {memory: 1m}}'), `${site}.limits.memory: must be at least 6m, the minimum of the engine`],
		[
			web("{path: ., kind: cron, schedule: {cron: '30-10 * * * *'}}"),
			`${site}.schedule.cron: cron must be a valid standard 5-field cron expression.`,
		],
		[
			web("{path: ., kind: cron, schedule: {cron: '0 0 30 2 *'}}"),
			`${site}.schedule.cron: cron never runs: none of its months has such a day.`,
		],
		[db('{image: x}').replace('db:', 'web:'), 'resources.web: Resource name web must not collide with a service name.'],
		[
			db('{image: x, env: {K: a}, generatedVariables: {K: {generator: token}}}'),
			'resources.db.generatedVariables.K: Resource generated variable "K" conflicts with literal resource env "K".',
		],
		[
			db('{image: x, ports: [1], readiness: {type: tcp, port: 2}}'),
			'resources.db.readiness.port: readiness.port must reference a declared resource port.',
		],
		[
			web('{path: ., volumes: {a: /data, b: {path: /data/}}}'),
			`${site}.volumes.b: Volumes "a" and "b" share the mount path "/data/".`,
		],
		[
			db('{image: x, volumes: {a: /data, b: {mountPath: /data/}}}'),
			'resources.db.volumes.b: Volumes "a" and "b" share the mount path "/data/".',
		],
	]),
);

const resources = descriptors([
	[db('{}'), 'resources.db.image: Resource config requires image or preset.'],
	[db('x'), 'resources.db: must be a map (it is a string)'],
	[db('{image: x, imgae: y}'), 'resources.db.imgae: unknown key "imgae", did you mean "image"?'],
	[
		db('{preset: postgers}'),
		'resources.db.preset: must be one of postgres, mysql, mariadb, redis, valkey (it is "postgers"), did you mean "postgres"?',
	],
	...[
		'image: x',
		'command: [x]',
		'generatedVariables: {}',
		'ports: []',
		'outputs: {}',
		'volumes: {}',
		'readiness: {type: tcp, port: 1}',
		'restart: {}',
		'operations: {}',
	].map((field): Row => [db(`{preset: postgres, ${field}}`), presetOnly(field.split(':')[0]!)]),
	[db('{image: x, command: []}'), 'resources.db.command: must not be empty'],
	[db('{image: x, command: a b}'), 'resources.db.command: must be a list (it is a string)'],
	[db('{image: x, env: {A: 5}}'), 'resources.db.env.A: must be a string (it is a number); put it in quotes'],
	[
		db('{image: x, generatedVariables: {A: {generator: uuid}}}'),
		'resources.db.generatedVariables.A.generator: must be token (it is "uuid")',
	],
	[
		db('{image: x, generatedVariables: {A: {generator: token, bytes: 8}}}'),
		'resources.db.generatedVariables.A.bytes: must be at least 16 (it is 8)',
	],
	[
		db('{image: x, generatedVariables: {A: {generator: token, encoding: base64}}}'),
		'resources.db.generatedVariables.A.encoding: must be one of hex, base64url (it is "base64"), did you mean "base64url"?',
	],
	[db('{image: x, ports: [0]}'), 'resources.db.ports[0]: must be at least 1 (it is 0)'],
	[db('{image: x, ports: [1, 1]}'), 'resources.db.ports: Resource ports must be unique.'],
	[db('{image: x, outputs: {o: {value: x}}}'), 'resources.db.outputs.o.sensitive: is required'],
	[db('{image: x, outputs: {o: {sensitive: true}}}'), 'resources.db.outputs.o.value: is required'],
	[
		db("{image: x, outputs: {o: {sensitive: 'no', value: x}}}"),
		'resources.db.outputs.o.sensitive: must be true or false (it is a string)',
	],
	[db('{image: x, volumes: {d: data}}'), 'resources.db.volumes.d: must be an absolute path below / without a colon'],
	[
		db('{image: x, volumes: {d: {mountPath: "/a:b"}}}'),
		'resources.db.volumes.d.mountPath: must be an absolute path below / without a colon',
	],
	[db('{image: x, volumes: {d: /}}'), 'resources.db.volumes.d: must be an absolute path below / without a colon'],
	[
		db('{image: x, volumes: {d: {mountpath: /a}}}'),
		'resources.db.volumes.d.mountPath: is required',
		'resources.db.volumes.d.mountpath: unknown key "mountpath", did you mean "mountPath"?',
	],
	[
		db('{image: x, ports: [1], readiness: {type: http, port: 1}}'),
		'resources.db.readiness.type: must be tcp (it is "http")',
	],
	[db('{image: x, restart: {maxRetries: 1}}'), 'resources.db.restart.maxRetries: unknown key "maxRetries"'],
	[
		db('{image: x, operations: {backup: {}}}'),
		'resources.db.operations.backup.command: is required unless preset: archive is set',
	],
	[
		db('{image: x, operations: {backup: {command: x, stop: true}}}'),
		'resources.db.operations.backup.stop: stop is only supported with preset: archive.',
	],
	[
		db('{image: x, volumes: {d: /d}, operations: {backup: {preset: archive, command: x, env: {A: b}}}}'),
		'resources.db.operations.backup.command: preset: archive runs no command; remove command.',
		'resources.db.operations.backup.env: preset: archive runs no command; remove env.',
	],
	[
		db('{image: x, volumes: {d: /d}, operations: {backup: {preset: zip}}}'),
		'resources.db.operations.backup.preset: must be archive (it is "zip")',
	],
	[db("{image: x, operations: {backup: {command: ' '}}}"), 'resources.db.operations.backup.command: must not be blank'],
	[
		db('{image: x, operations: {restore: {command: x, schedule: {interval: daily}}}}'),
		'resources.db.operations.restore.schedule: Only backup operations can be scheduled.',
	],
	[
		db('{image: x, operations: {backup: {command: x, schedule: {}}}}'),
		'resources.db.operations.backup.schedule: schedule requires exactly one of interval or cron.',
	],
	[
		db('{image: x, operations: {backup: {command: x, schedule: {interval: daily, retention: {}}}}}'),
		'resources.db.operations.backup.schedule.retention: retention requires keepLast or maxAgeDays.',
	],
	[
		db('{image: x, operations: {backup: {command: x, schedule: {interval: daily, retention: {keepLast: 0}}}}}'),
		'resources.db.operations.backup.schedule.retention.keepLast: must be at least 1 (it is 0)',
	],
	[
		db("{image: x, operations: {backup: {command: x, schedule: {cron: '0 2 * *'}}}}"),
		'resources.db.operations.backup.schedule.cron: cron must be a valid standard 5-field cron expression.',
	],
]);

const twoServices = 'name: app\nservices: {web: ., api: {path: a, kind: api}, worker: {path: w, kind: worker}}\n';
const rules = (rows: readonly Row[]): Broken[] =>
	rows.map(([rule, ...says]) => ({descriptor: twoServices, routes: route(rule), says}));

const grammar =
	'must be a plain URL path: letters, digits, - . _ ~ ! & + , ; = : @ and %XX between single slashes, no dot segments';

const routes: Broken[] = [
	...[
		['version: 2\nroutes: [{on: web, path: /, to: api}]\n', 'version: must be 1 (it is 2)'] as const,
		['routes: [{on: web, path: /, to: api}]\n', 'version: is required'] as const,
		['version: 1\nroutes: []\n', 'routes: must not be empty'] as const,
		['version: 1\n', 'routes: is required'] as const,
		[
			'version: 1\nroute: []\nroutes: [{on: web, path: /, to: api}]\n',
			'route: unknown key "route", did you mean "routes"?',
		] as const,
	].map(([text, says]) => ({descriptor: twoServices, routes: text, says: [says]})),
	...rules([
		['{on: web, path: /a}', 'routes[0].to: is required'],
		['{on: web, path: a, to: api}', 'routes[0].path: Path must start with /.'],
		['{on: web, path: /a, to: api, method: GET}', 'routes[0].method: unknown key "method", did you mean "methods"?'],
		['{on: web, path: /a, to: api, methods: []}', 'routes[0].methods: must not be empty'],
		[
			'{on: web, path: /a, to: api, methods: [GET, post]}',
			'routes[0].methods[1]: must be one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT (it is "post"), did you mean "POST"?',
		],
		['{on: web, path: /a, to: api, rewrite: b}', 'routes[0].rewrite: Path must start with /.'],
		[
			'{on: web, path: /a/*, to: api, replacePrefix: /b/*}',
			'routes[0].replacePrefix: Transform paths must be concrete upstream paths and must not end with /*.',
		],
		[
			'{on: web, path: /a/*, to: api, rewrite: /b, replacePrefix: /c}',
			'routes[0].rewrite: Only one of rewrite, stripPrefix, or replacePrefix may be set.',
		],
		[
			'{on: web, path: /a/*, to: api, stripPrefix: /a, replacePrefix: /c}',
			'routes[0].rewrite: Only one of rewrite, stripPrefix, or replacePrefix may be set.',
		],
		[
			'{on: web, path: /a, to: api, stripPrefix: /a}',
			'routes[0].path: stripPrefix and replacePrefix require a prefix path ending with /*.',
		],
		...['/a b', '/a#b', '/a?b', '/a"b', "/a''b", '/a\\b', '/%[src]', '/a{b}', '/a$b', '/é', '/a//b', '/a/../b', '/./a']
			.concat(['/%2e/a', '/a%2Fb', '/a%5cb', '/a%25b', '/a%0ab', '/a%zz', '/a/*/b', '/a*', '/*/*'])
			.map(
				(path): Row => [
					`{on: web, path: '${path}', to: api}`,
					`routes[0].path: ${grammar}, and at most one *, as the last segment`,
				],
			),
		...['/a b', '/a\\b', '/a%[b', '/a/..', '/a*b'].map(
			(path): Row => [`{on: web, path: /a, to: api, rewrite: '${path}'}`, `routes[0].rewrite: ${grammar}`],
		),
		[
			'{on: web, path: "/a\\nhttp-request deny", to: api}',
			`routes[0].path: ${grammar}, and at most one *, as the last segment`,
		],
	]),
	...beyond(
		rules([
			[
				'{on: wep, path: /a, to: api}',
				'routes[0].on: The requested service was not found in the compartment descriptor. Did you mean "web"?',
			],
			[
				'{on: web, path: /a, to: backoffice}',
				'routes[0].to: The requested service was not found in the compartment descriptor.',
			],
			[
				'{on: web, path: /a, to: worker}',
				'routes[0].to: must be a web, api or static service ("worker" is kind: worker)',
			],
			[
				'{on: web, path: /a/*, to: api, stripPrefix: /b}',
				'routes[0].stripPrefix: stripPrefix must exactly match the route path prefix.',
			],
		]),
	),
];

const archives = beyond(
	descriptors([
		[
			web('{path: ., volumes: {d: {path: /d, backup: {preset: archive, stop: true}}}}'),
			`${site}.volumes.d.backup.stop: stop is only supported for exclusive volumes.`,
		],
		[
			db('{image: x, operations: {backup: {preset: archive}}}'),
			'resources.db.operations.backup.preset: preset: archive requires volumes, whose files it backs up.',
		],
		[
			db('{image: x, volumes: {d: /d}, operations: {backup: {preset: archive}, restore: {command: x}}}'),
			'resources.db.operations.restore: preset: archive restores without a command; remove restore.',
		],
	]),
);

/** Every rule of both files, broken once. */
export const corpus: readonly Broken[] = [
	...topLevel,
	...services,
	...staticServices,
	...builds,
	...runs,
	...connections,
	...connectionNames,
	...resources,
	...archives,
	...routes,
];
