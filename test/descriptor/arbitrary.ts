import fc from 'fast-check';

const words = [
	...['name', 'services', 'resources', 'web', 'api', 'db', 'path', 'image', 'kind', 'static', 'cron', 'build', 'run'],
	...['restart', 'policy', 'readiness', 'type', 'http', 'tcp', 'port', 'ports', 'connections', 'env', 'PORT', 'preset'],
	...['postgres', 'volumes', 'outputs', 'operations', 'backup', 'schedule', 'interval', 'limits', 'memory', '512m'],
	...['version', 'routes', 'on', 'to', '/api/*', '/', 'methods', 'GET', 'stripPrefix', '__proto__', 'constructor'],
	...['toString', 'hasOwnProperty', 'valueOf', 'domain', 'secretFiles', '* * * * *', 'outputDirectory', 'command'],
];

const leaf = fc.oneof(
	fc.constantFrom(...words),
	fc.constantFrom(null, true, false, 0, 1, -1, 80, 1.5, 1e300, '', ' ', '.', '..', '\u202e', '*a'),
	fc.string(),
);

const {document} = fc.letrec<{document: unknown}>(tie => ({
	document: fc.oneof(
		{maxDepth: 6, depthSize: 'large'},
		leaf,
		fc.array(tie('document'), {maxLength: 3}),
		fc.dictionary(fc.oneof({weight: 8, arbitrary: fc.constantFrom(...words)}, fc.string()), tie('document'), {
			maxKeys: 6,
		}),
	),
}));

const syntax = fc.constantFrom(
	'&a ',
	'*a',
	'!!str ',
	'<<: ',
	'---\n',
	'\t',
	'- ',
	': ',
	'#',
	'|\n',
	'"',
	'{',
	']',
	'\r\n',
);

/** A random JSON document made of the schema's words, sometimes with a piece of YAML syntax in it. */
export const yamlLike = fc
	.tuple(
		fc.oneof(
			{weight: 1, arbitrary: document},
			{
				weight: 3,
				arbitrary: fc.record(
					{
						name: fc.constant('app'),
						services: document,
						resources: document,
						version: fc.constant(1),
						routes: document,
					},
					{requiredKeys: ['name', 'services']},
				),
			},
		),
		fc.option(fc.tuple(syntax, fc.nat()), {freq: 2}),
	)
	.map(([value, insert]) => {
		const text = JSON.stringify(value, undefined, 1);
		if (!insert) return text;
		const at = insert[1] % (text.length + 1);
		return text.slice(0, at) + insert[0] + text.slice(at);
	});
