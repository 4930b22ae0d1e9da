import type {AnyRestart, ContainerSpec} from '../../source/engine/engine.ts';
import {images, type MemoryWorld} from './memory-world.ts';

/** The password that initialised the data of the Compose project. */
export const composePassword = 'the+password of/old';

/** The compartment.yml of the Compose project. */
export const adoptingDescriptor = `name: shop
services:
  web:
    image: "${images.good}"
    port: 8080
    accessMode: public
    connections: {db: {env: {DATABASE_URL: url}}}
  mail: {kind: worker, image: "${images.good}", volumes: {spool: {path: /spool, exclusive: true}}}
resources:
  db:
    image: "${images.postgres}"
    env: {POSTGRES_USER: app}
    ports: [5432]
    readiness: {type: tcp, port: 5432}
    generatedVariables: {POSTGRES_PASSWORD: {generator: token}}
    volumes: {data: /var/lib/postgresql/data}
    outputs: {url: {sensitive: true, value: "db://\${env.POSTGRES_USER}:\${env.POSTGRES_PASSWORD}@\${resource.host}"}}
`;

/** The containers of the Compose project by their services. */
export type ComposeProject = Readonly<Record<'db' | 'web' | 'mail', string>>;

const labelsFor = (service: string) => ({
	'com.docker.compose.project': 'old',
	'com.docker.compose.service': service,
});

/** Starts a Compose project of a database, a web service and a worker. */
export async function composeUp(
	{engine}: Pick<MemoryWorld, 'engine'>,
	more: Partial<Record<keyof ComposeProject, Partial<ContainerSpec>>> = {},
): Promise<ComposeProject> {
	const network = 'old_default';
	await engine.createNetwork({name: network, labels: {'com.docker.compose.project': 'old'}, subnet: '172.30.0.0/24'});
	for (const name of ['old_data', 'old_spool']) await engine.createVolume(name, {'com.docker.compose.project': 'old'});
	const up = async (service: keyof ComposeProject, restart: AnyRestart, spec: Partial<ContainerSpec>) => {
		const id = await engine.run({
			name: `old-${service}-1`,
			image: images.good,
			labels: labelsFor(service),
			env: {},
			attachments: [{network, aliases: [service]}],
			restart: {policy: 'no'},
			...spec,
			...more[service],
		});
		await engine.setRestart(id, restart);
		return id;
	};
	const db = await up(
		'db',
		{policy: 'always'},
		{
			image: images.postgres,
			env: {POSTGRES_USER: 'app', POSTGRES_PASSWORD: composePassword},
			volumes: {old_data: {path: '/var/lib/postgresql/data'}},
		},
	);
	const web = await up(
		'web',
		{policy: 'unless-stopped'},
		{
			env: {DATABASE_URL: `db://app:${composePassword}@db`, API_KEY: 'canary-of-the-key', PORT: '9999'},
			publish: {8080: {host: '0.0.0.0', port: 8081}},
		},
	);
	const mail = await up('mail', {policy: 'on-failure', maxRetries: 3}, {volumes: {old_spool: {path: '/spool'}}});
	return {db, web, mail};
}
