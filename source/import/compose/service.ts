import {present} from '../../descriptor/present.ts';
import type {Connected} from '../resources/draft.ts';
import {holdsSecretQuery} from '../sensitive.ts';
import {unlessEmpty} from '../unless-empty.ts';
import {buildOf} from './build.ts';
import {runCommandOf} from './command.ts';
import {checkDependencies, dependenciesOf} from './dependencies.ts';
import {probeOf} from './health.ts';
import {portNamed} from './hosts.ts';
import {portInLabels} from './labels.ts';
import {checkReplicas, limitsOf} from './limits.ts';
import {isHttpPort, portsOf, publicPortOf} from './ports.ts';
import {restartOf} from './restart.ts';
import type {ComposeService, Translation} from './translation.ts';
import {serviceVariables} from './variables.ts';
import {serviceVolumes} from './volumes.ts';

/** A service of compartment.yml, with what it takes from resources, whose outputs get their names later. */
export type TranslatedService = {
	readonly fields: Readonly<Record<string, unknown>>;
	readonly connected: readonly (Connected & {readonly key: string})[];
};

const imageOf = ({cursor}: ComposeService): string | undefined => {
	const image = cursor.get('image');
	// Without its variable, a tag is only a colon.
	const text = image?.text()?.trim().replace(/[:@]$/, '');
	return text === undefined || text === '' || /\s|^[:/@]/.test(text) ? undefined : text;
};

/** Whether another service waits for this one: until it has ended, or until it runs. */
const isAwaited = ({written}: ComposeService, {services}: Translation, isEnd: boolean): boolean =>
	services.some(({cursor}) =>
		dependenciesOf(cursor).some(({on, isCompleted}) => isCompleted === isEnd && on === written),
	);

/** Whether everything else in the file is a resource. */
const isOnlyService = (service: ComposeService, {services, resources}: Translation): boolean =>
	services.every(other => other === service || resources.some(({name}) => name === other.name));

type Face = {readonly kind?: string; readonly accessMode?: string; readonly port?: number};

/** Who reaches a service, and at which port. */
function faceOf(service: ComposeService, translation: Translation, hint: number | undefined): Face {
	const {cursor, name} = service;
	const published = publicPortOf(portsOf(cursor.get('ports')), name);
	const exposed = portsOf(cursor.get('expose'));
	for (const port of exposed) port.cursor.carry();
	if (published !== undefined) return {accessMode: 'public', port: published};
	const others = translation.services.filter(other => other !== service);
	const variable = Number(service.environment.find(entry => entry.name === 'PORT')?.value.text);
	const known =
		exposed.find(isHttpPort)?.target ??
		exposed.find(({isTcp}) => isTcp)?.target ??
		hint ??
		portNamed(service.hosts, others) ??
		(variable >= 1 && variable <= 65_535 ? variable : undefined);
	if (isOnlyService(service, translation)) {
		cursor.note('changed', 'publishes no port; as the only service it has a host, behind the access password');
		return known === undefined ? {} : {port: known};
	}
	if (known !== undefined) return {kind: 'api', port: known};
	if (isAwaited(service, translation, true)) return {kind: 'job'};
	if (!isAwaited(service, translation, false)) return {kind: 'worker'};
	cursor.note('changed', 'publishes no port, but others depend on it: kind: api, at the port that its image exposes');
	return {kind: 'api'};
}

const sourceOf = (service: ComposeService, isBuilt: boolean) => {
	const build = service.cursor.get('build');
	const source = build && buildOf(build);
	if (source) return source;
	const image = imageOf(service);
	if (image !== undefined && !isBuilt) service.cursor.get('image')?.carry();
	return image === undefined ? undefined : {image, args: {}};
};

/** Translates a service; undefined when it has neither an image nor a source that can be built, which is noted. */
export function translateService(service: ComposeService, translation: Translation): TranslatedService | undefined {
	const {cursor, name, hosts} = service;
	const source = sourceOf(service, cursor.get('build') !== undefined);
	if (!source) {
		cursor.note('missing', 'has no image and nothing that can be built: it is left out');
		return undefined;
	}
	const isBuilt = 'path' in source;
	const labelled = portInLabels(cursor);
	const probe = probeOf(cursor.get('healthcheck'), hosts);
	const face = faceOf(service, translation, labelled ?? probe?.port);
	const isAnswering = face.kind !== 'worker' && face.kind !== 'job';
	if (probe && (!isAnswering || (probe.port !== undefined && probe.port !== face.port)))
		cursor
			.get('healthcheck')
			?.note(
				'missing',
				`requests port ${probe.port ?? 80}, which is not the port of ${name}: readiness requests that one`,
			);
	else if (probe && holdsSecretQuery(probe.path))
		cursor.get('healthcheck')?.note('missing', 'requests an address with a secret in it: readiness needs another path');
	else if (probe && !/^\/[\w./~!&+,;=:@%-]*(?:\?[\w./~!&+,;=:@%-]*)?$/.test(probe.path))
		cursor.get('healthcheck')?.note('missing', 'requests a path that readiness cannot have');
	const hasProbe =
		probe !== undefined && !holdsSecretQuery(probe.path) && isAnswering && (probe.port ?? face.port) === face.port;
	const {env, connected, secretFiles} = serviceVariables(service, translation, source);
	const restart = restartOf(cursor);
	const runs = runCommandOf(cursor, isBuilt);
	checkReplicas(cursor);
	checkDependencies(cursor, translation, new Set(connected.map(({draft}) => draft.name)));
	if (face.kind === 'worker')
		cursor.note(
			'changed',
			'publishes no port, so it is a worker; with a port it is reached by name (kind: api) or has a host (kind: web)',
		);
	const args = isBuilt ? Object.keys(source.args).filter(key => Object.hasOwn(env, key)) : [];
	return {
		connected,
		fields: present({
			...(isBuilt ? {path: source.path, dockerfile: source.dockerfile} : {image: source.image}),
			...face,
			build: args.length > 0 ? {env: args} : undefined,
			limits: limitsOf(cursor),
			env: unlessEmpty(env),
			secretFiles: unlessEmpty(secretFiles),
			volumes: serviceVolumes(service, translation, face.kind),
			run: unlessEmpty(present({command: runs, restart})),
			readiness: hasProbe ? {type: 'http', path: probe.path, timeoutMs: probe.timeoutMs} : undefined,
		}),
	};
}
