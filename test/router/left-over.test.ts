import {expect, it} from 'vitest';
import {findLeftOver} from '../../source/router/read-certificates.ts';

const certificate = (lineage: string, project: string) => ({
	host: `${lineage}.example.com`,
	lineage,
	project,
	environment: 'production',
	fingerprint: 'a',
	notAfter: 1,
	hstsSeconds: 0,
});

const own = {lineage: 'own', project: 'shop', environment: 'production'};
const networks = ['compartment--router', 'compartment-young.production.2', 'compartment-shop.production'];

/** Which of these are left over, by lineage. */
const leftOver = (certificates: readonly ReturnType<typeof certificate>[], tables: readonly string[] = []) =>
	findLeftOver({text: '', certificates, lineages: new Set(tables)}, {networks}, own).map(({lineage}) => lineage);

it('certificates of an environment without routes, whose network the router is not in, are left over', () => {
	expect(leftOver([certificate('gone', 'gone'), certificate('served', 'blog')], ['served'])).toEqual(['gone']);
	// Its name only begins like that of a living one.
	expect(leftOver([certificate('gone', 'youn')])).toEqual(['gone']);
});

it('those of an environment that the router has joined are not, though it has no routes yet', () => {
	expect(leftOver([certificate('first', 'young'), certificate('own', 'shop')])).toEqual([]);
});

it('those of an earlier environment of the same name are, unless it has routes', () => {
	expect(leftOver([certificate('earlier', 'shop')])).toEqual(['earlier']);
	expect(leftOver([certificate('earlier', 'shop')], ['earlier'])).toEqual([]);
});
