import fc from 'fast-check';
import {images} from '../memory-world.ts';

/** A service of the project that the model edits. */
export type ModelService = {
	readonly kind: 'web' | 'api' | 'worker' | 'job';
	readonly image: 'good' | 'better' | 'crashing' | 'sick';
	readonly level: string;
	readonly isConnected: boolean;
	readonly isPublic: boolean;
	readonly volume: 'none' | 'shared' | 'exclusive';
};

/** The content of compartment.yml. */
export type ModelProject = {
	readonly services: Readonly<Record<string, ModelService>>;
	/** Level of the resource `db`, which changes its container. */
	readonly resourceLevel: string;
};

export const serviceNames = ['web', 'api', 'jobs', 'mail'] as const;

export const service: fc.Arbitrary<ModelService> = fc.record({
	kind: fc.constantFrom('web', 'api', 'worker', 'job'),
	image: fc.constantFrom('good', 'good', 'good', 'better', 'crashing', 'sick'),
	level: fc.constantFrom('info', 'debug', 'trace'),
	isConnected: fc.boolean(),
	isPublic: fc.boolean(),
	volume: fc.constantFrom('none', 'none', 'none', 'shared', 'exclusive'),
});

export const firstProject: ModelProject = {
	services: {
		web: {kind: 'web', image: 'good', level: 'info', isConnected: true, isPublic: true, volume: 'none'},
		mail: {kind: 'worker', image: 'good', level: 'info', isConnected: false, isPublic: false, volume: 'none'},
	},
	resourceLevel: 'info',
};

const volumesOf = ({volume}: ModelService): string[] =>
	volume === 'none' ? [] : [`volumes: {files: {path: /files, exclusive: ${volume === 'exclusive'}}}`];

function writeService(name: string, made: ModelService): string {
	const isChecked = made.kind === 'web' || made.kind === 'api';
	const fields = [
		`image: "${images[made.kind === 'job' ? 'finished' : made.image]}"`,
		`kind: ${made.kind}`,
		`env: {LEVEL: ${made.level}}`,
		...(isChecked
			? ['readiness: {type: http, path: /}', `accessMode: ${made.isPublic ? 'public' : 'authenticated'}`]
			: []),
		...(made.isConnected ? ['connections: {db: {env: {DB: url}}}'] : []),
		...(made.kind === 'job' ? [] : volumesOf(made)),
	];
	return `  ${name}: {${fields.join(', ')}}`;
}

/** Writes the files. */
export const writeProject = ({services, resourceLevel}: ModelProject): string => `name: shop
services:
${Object.entries(services)
	.map(([name, made]) => writeService(name, made))
	.join('\n')}
resources:
  db:
    image: "${images.postgres}"
    env: {POSTGRES_USER: app, LEVEL: ${resourceLevel}}
    ports: [5432]
    readiness: {type: tcp, port: 5432}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    volumes: {data: /data}
    outputs: {url: {sensitive: true, value: "db://\${env.POSTGRES_USER}:\${env.POSTGRES_PASSWORD}@\${resource.host}"}}
    operations: {backup: {command: dump}, restore: {command: restore}}
`;

/** The same with images that work, and with the volumes that services had before: an edit must not lose one. */
export const healthy = (project: ModelProject): ModelProject => ({
	...project,
	services: Object.fromEntries(
		Object.entries(project.services).map(([name, made]) => [name, {...made, image: 'better' as const}]),
	),
});
