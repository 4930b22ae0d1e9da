import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {findPrunable} from '../../source/apply/prunable.ts';
import type {ListedImage, ObservedContainer} from '../../source/engine/engine.ts';
import type {Deployment} from '../../source/state/state.ts';
import {newState} from '../../source/state/store.ts';

const own = newState({project: 'shop', environment: 'production'});
const repository = 'compartment/shop/production/web';

const deployment = (number: number, part: Partial<Deployment> = {}): Deployment =>
	({
		id: `dpl_${number}`,
		run: 'run_1',
		service: 'web',
		status: 'succeeded',
		stage: 'retired',
		type: 'deploy',
		imageId: `sha256:${number}`,
		imageReference: `${repository}:${number}`,
		...part,
	}) as Deployment;

const image = (number: number, part: Partial<ListedImage> = {}): ListedImage => ({
	id: `sha256:${number}`,
	digests: [],
	tags: [`${repository}:${number}`],
	labels: {'compartment.image.lineage': own.lineage, 'compartment.image.project': 'shop'},
	size: 1000,
	...part,
});

const stateWith = (deployments: readonly Deployment[]) => ({
	...own,
	deployments: Object.fromEntries(deployments.map(each => [each.id, each])),
	active: {web: deployments.at(-1)!.id},
});

const find = (
	images: readonly ListedImage[],
	{
		keep = 1,
		containers = [],
		deployments = [1, 2, 3, 4].map(number => deployment(number)),
		hasCandidates = false,
	}: {
		readonly keep?: number;
		readonly containers?: readonly ObservedContainer[];
		readonly deployments?: readonly Deployment[];
		readonly hasCandidates?: boolean;
	} = {},
) =>
	findPrunable({
		state: stateWith(deployments),
		keep,
		hasCandidates,
		observed: {containers, networks: [], volumes: []},
		declared: ['db'],
		images,
	});

const all = [1, 2, 3, 4].map(number => image(number));
const names = (items: ReturnType<typeof find>) => items.map(({name}) => name);

describe('what can be pruned', () => {
	test('are images that no rollback needs, with their deployment and size', () => {
		expect(find(all)).toEqual([
			{kind: 'image', name: `${repository}:1`, reason: 'of dpl_1 of web, which no rollback needs', size: 1000},
			{kind: 'image', name: `${repository}:2`, reason: 'of dpl_2 of web, which no rollback needs', size: 1000},
		]);
		expect(names(find(all, {keep: 0}))).toEqual([1, 2, 3].map(number => `${repository}:${number}`));
		expect(find(all, {keep: 5})).toEqual([]);
	});

	test('are no images that a container uses, even a stopped one', () => {
		const containers = [{imageId: 'sha256:1', labels: {}} as unknown as ObservedContainer];
		expect(names(find(all, {containers}))).toEqual([`${repository}:2`]);
	});

	test('free nothing while another environment has the same image', () => {
		const both = image(1, {tags: [`${repository}:1`, 'compartment/shop/staging/web:1']});
		expect(find([both])).toMatchObject([{name: `${repository}:1`, size: 0}]);
	});

	test('are untagged images of this environment alone', () => {
		const untagged = image(9, {tags: []});
		const foreign = image(8, {tags: [], labels: {'compartment.image.lineage': 'another'}});
		expect(find([untagged, foreign])).toEqual([
			{kind: 'image', name: 'sha256:9', reason: 'of no deployment that is recorded', size: 1000},
		]);
	});

	test('are stopped containers of deployments that have ended, and then their images', () => {
		const ended = deployment(1, {containerId: 'c1'});
		const deployments = [
			ended,
			deployment(2, {containerId: 'c2', status: 'failed'}),
			deployment(3, {containerId: 'c3'}),
		];
		const container = (id: string, state: string) =>
			({id, name: id, state, imageId: `sha256:${id.slice(1)}`, labels: {}}) as unknown as ObservedContainer;
		const containers = [container('c1', 'exited'), container('c2', 'exited'), container('c3', 'running')];
		expect(find(all, {keep: 0, deployments, containers})).toMatchObject([
			{kind: 'image', name: `${repository}:1`},
			{kind: 'image', name: `${repository}:2`},
			{kind: 'image', name: `${repository}:4`},
			{kind: 'deployment', name: 'dpl_1', reason: expect.stringContaining('previous deployment of web')},
			{kind: 'deployment', name: 'dpl_2', reason: expect.stringContaining('failed deployment of web')},
		]);
		// One that runs although it has ended is not touched.
		expect(names(find([], {deployments, containers: [container('c1', 'running')]}))).toEqual([]);
	});

	test('are containers that the state does not know', () => {
		const labels = {'compartment.address': 'service.web', 'compartment.deployment': 'dpl_99'};
		const container = {name: 'compartment-shop.production.web.dpl_99', state: 'exited', imageId: '', labels};
		expect(find([], {containers: [container as unknown as ObservedContainer]})).toEqual([
			{
				kind: 'container',
				name: 'container.compartment-shop.production.web.dpl_99',
				reason: 'it is exited, and the state does not know it',
				size: null,
			},
		]);
		const database = {...container, labels: {'compartment.address': 'resource.db'}};
		expect(find([], {containers: [database as unknown as ObservedContainer]})).toEqual([]);
	});

	test('are held candidates only on request, and never the image of one', () => {
		const held = deployment(5, {isHeld: true, stage: 'candidate', status: 'running'});
		const deployments = [held, deployment(6)];
		expect(find([image(5)], {deployments})).toEqual([]);
		expect(names(find([image(5)], {deployments, hasCandidates: true}))).toEqual(['candidate.web']);
	});

	test('never is what does not carry our labels or names', () => {
		const tag = fc.oneof(
			fc.constant('nginx:1.27'),
			fc.constant('compartment/shop/staging/web:1'),
			fc.constant('compartment/shop-2/production/web:1'),
			fc.constant('registry.example.com/compartment/shop/production/web:1'),
			fc
				.stringMatching(/^[a-z/.]{1,20}:[a-z0-9]{1,9}$/)
				.filter(text => !text.startsWith('compartment/shop/production/')),
		);
		const foreign = fc.record({
			id: fc.constant('sha256:ff'),
			digests: fc.constant([]),
			tags: fc.array(tag, {maxLength: 3}),
			labels: fc.constantFrom<Readonly<Record<string, string>>[]>(
				{},
				{'compartment.image.lineage': 'another'},
				{'compartment.image.project': 'shop'},
			),
			size: fc.nat(),
		});
		fc.assert(
			fc.property(fc.array(foreign), fc.nat(5), (images, keep) => {
				expect(find(images, {keep})).toEqual([]);
			}),
		);
	});
});
