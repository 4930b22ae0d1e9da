import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
	dnsLabel,
	environmentNetworkName,
	environmentSlug,
	imageRepository,
	meshNetworkName,
	resourceContainerName,
	resourceHost,
	serviceContainerName,
	serviceHost,
	serviceVolumeName,
	volumeName,
} from '../../source/model/names.ts';

const environment = fc.string({minLength: 1, maxLength: 63, unit: 'grapheme'});
const project = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/);
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const handle = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,62}$/);
const deployment = fc.stringMatching(/^dpl_[0-9a-hjkmnp-tv-z]{15}$/);

// Few letters, so that names often differ only in where they are split.
const tight = fc.stringMatching(/^[a-b](?:-?[a-b]){0,3}$/);

describe('dnsLabel', () => {
	it.each([
		['db', 'db'],
		['Main_DB', 'mainx5fxdb'],
		['a b', 'ax20xb'],
		['ä', 'xe4x'],
		['😀', 'x1f600x'],
		['-edge-', 'edge'],
		['---', 'x'],
		['', 'x'],
		['a'.repeat(63), 'a'.repeat(63)],
		// h = h*31 + code point, 32 bits.
		['a'.repeat(64), `${'a'.repeat(54)}-72da0400`],
	])('encodes %j as %j', (text, expected) => {
		expect(dnsLabel(text)).toBe(expected);
	});

	it('is always a DNS label', () => {
		fc.assert(
			fc.property(environment, text => {
				expect(dnsLabel(text)).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
			}),
		);
	});

	it('ends a cut label in the rolling hash', () => {
		fc.assert(
			fc.property(fc.string({minLength: 64, maxLength: 90}), text => {
				let hash = 0n;
				for (const character of text) hash = (hash * 31n + BigInt(character.codePointAt(0)!)) % 2n ** 32n;
				const label = dnsLabel(text);
				if (label.length === 63) expect(label.endsWith(`-${hash.toString(16).padStart(8, '0')}`)).toBe(true);
				else expect(label.length).toBeLessThan(63);
			}),
		);
	});
});

describe('environmentSlug', () => {
	it('keeps a plain name', () => {
		expect(environmentSlug('production')).toBe('production');
		expect(environmentSlug('pr-42')).toBe('pr-42');
	});

	it('differs in more than case for names that differ in case', () => {
		const slugs = ['staging', 'Staging', 'STAGING', 'staging ', 'stagïng'].map(environmentSlug);
		expect(new Set(slugs.map(slug => slug.toLowerCase())).size).toBe(slugs.length);
	});

	it('is unique per environment, even for a name that looks like a slug', () => {
		fc.assert(
			fc.property(environment, text => {
				const names = [text, text.toUpperCase(), text.toLowerCase(), `${text}-`, environmentSlug(text)];
				const slugs = new Map(names.map(each => [each, environmentSlug(each)]));
				expect(new Set(slugs.values()).size).toBe(slugs.size);
			}),
		);
	});

	it('fits into every name that contains it', () => {
		fc.assert(
			fc.property(environment, text => {
				expect(environmentSlug(text)).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
			}),
		);
	});
});

describe('hosts', () => {
	it('follow the names (docs/rules.md, "Host of a service")', () => {
		const host = (service: string, environment: string) =>
			serviceHost({project: 'shop', environment, service, baseDomain: 'localhost'});
		expect(host('web', 'production')).toBe('shop.localhost');
		expect(host('web', 'staging')).toBe('shop-staging.localhost');
		expect(host('backoffice', 'production')).toBe('backoffice-shop.localhost');
		expect(host('backoffice', 'Pull Request 7')).toBe('backoffice-shop-pullx20xrequestx20x7.localhost');
		expect(resourceHost('shop', 'production', 'main_db')).toBe('mainx5fxdb.production.shop.resource.internal');
	});

	it('stay apart for projects with a hyphen', () => {
		const parts = {project: 'multi-service', environment: 'production', baseDomain: 'localhost'};
		expect(serviceHost({...parts, service: 'web'})).toBe('multi-service.localhost');
		expect(serviceHost({...parts, service: 'backoffice'})).toBe('backoffice-multi-service.localhost');
	});
});

describe('names on the engine', () => {
	it('are valid in Docker', () => {
		const valid = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
		fc.assert(
			fc.property(project, environment, name, handle, deployment, (...[a, b, c, d, e]) => {
				for (const made of [
					environmentNetworkName(a, b),
					meshNetworkName(a, b),
					resourceContainerName(a, b, c),
					volumeName(a, b, c, d),
					serviceVolumeName(a, b, c, d),
					serviceContainerName(a, b, c, e),
				])
					expect(made).toMatch(valid);
				expect(imageRepository(a, b, c)).toMatch(/^[a-z0-9]+(?:(?:__?|-+|\/)[a-z0-9]+)*$/);
				expect(volumeName(a, b, c, d).length).toBeLessThanOrEqual(300);
			}),
		);
	});

	it('are unique, however project, environment and service are split', () => {
		const owner = fc.record({project: tight, environment: tight, name: tight});
		const container = ({project, environment, name}: {project: string; environment: string; name: string}) => [
			serviceContainerName(project, environment, name, 'dpl_000000000000000'),
			resourceContainerName(project, environment, name),
			volumeName(project, environment, name, 'data'),
			serviceVolumeName(project, environment, name, 'data'),
			imageRepository(project, environment, name),
			environmentNetworkName(project, environment) + meshNetworkName(project, environment) + name,
		];
		fc.assert(
			fc.property(owner, owner, (one, other) => {
				fc.pre(JSON.stringify(one) !== JSON.stringify(other));
				const [names, others] = [container(one), container(other)];
				names.forEach((made, index) => {
					expect(made).not.toBe(others[index]);
				});
				expect(new Set([names[0], names[1], others[0], others[1]]).size).toBe(4);
			}),
			{numRuns: 500},
		);
	});

	it('differ where a hyphen could join two parts', () => {
		expect(serviceContainerName('a-b', 'c', 'd', 'dpl_1')).not.toBe(serviceContainerName('a', 'b-c', 'd', 'dpl_1'));
		expect(environmentNetworkName('shop', 'mesh')).not.toBe(meshNetworkName('shop', 'mesh'));
	});
});
