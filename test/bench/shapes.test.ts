import {expect, it} from 'vitest';
import {parse} from 'yaml';
import {resourcesAndWorker, sites, workers} from '../../bench/shapes.ts';
import {read} from '../descriptor/support.ts';

const parts = {name: 'shop', image: 'app:1', services: ['a-0', 'a-1', 'a-2']};

it.each([
	{title: 'workers', shape: workers, services: 3, resources: 0},
	{title: 'resources and a worker', shape: resourcesAndWorker, services: 1, resources: 3},
	{title: 'sites', shape: sites, services: 3, resources: 0},
])('$title are as many containers for docker compose', ({shape, services, resources}) => {
	const project = read(shape.describe(parts));
	expect(project.services).toHaveLength(services);
	expect(project.resources).toHaveLength(resources);
	const composed = parse(shape.compose(parts)) as {services: Record<string, {image: string}>};
	expect(Object.keys(composed.services).sort()).toEqual(
		[...project.services, ...project.resources].map(({name}) => name).sort(),
	);
	expect(new Set(Object.values(composed.services).map(({image}) => image))).toEqual(new Set(['app:1']));
});

it('are asked over HTTP whether they are ready, by both', () => {
	expect(read(sites.describe(parts)).services.every(({readiness}) => readiness !== undefined)).toBe(true);
	expect(sites.compose(parts).match(/healthcheck: .*interval: 1s/g)).toHaveLength(3);
});
