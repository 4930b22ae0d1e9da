import {describe, expect, it} from 'vitest';
import {labelsOf} from '../../source/model/labels.ts';
import {
	environmentNetworkName,
	resourceContainerName,
	serviceContainerName,
	volumeName,
} from '../../source/model/names.ts';
import {isGenuineContainer, isOwnContainer, isOwnNetwork, isOwnVolume, ownObjects} from '../../source/model/own.ts';

const owner = {lineage: '4b7f0f6e-6c1d-4ac0-9a51-9b2f6e1b2a10', project: 'shop', environment: 'production'};
const deployment = 'dpl_1m7vn143rk5spsx';
const backup = 'rbak_1m7vn143rk5spsx';
const service = serviceContainerName('shop', 'production', 'web', deployment);
const resource = resourceContainerName('shop', 'production', 'db');
const verified = resourceContainerName('shop', 'production', `db.verify.${backup}`);
const at = (address: string, name: string, more: {deployment?: string} = {}) => ({
	name,
	labels: labelsOf({...owner, address, ...more}),
});

describe('a container of an environment', () => {
	it.each([
		at('service.web', service, {deployment}),
		at('release.web', `${service}-release`, {deployment}),
		at('job.web', serviceContainerName('shop', 'production', 'web', 'job_1m7vn143rk5spsx')),
		at('resource.db', resource),
		at('resource.db', `${resource}-previous`),
		at('backup.db', `${resource}.backup.${backup}`),
		at('restore.db', `${resource}.restore.${backup}`),
		at('verify.db', verified),
		at('restore.db', `${verified}.restore.${backup}`),
	])('belongs to it by lineage, address and name: $name', container => {
		expect(isOwnContainer(container, owner)).toBe(true);
		for (const key of ['lineage', 'project', 'environment'] as const)
			expect(isOwnContainer(container, {...owner, [key]: 'other'})).toBe(false);
		for (const name of ['somebody', `${container.name}x`, `x${container.name}`, container.name.replace('shop', 'shoq')])
			expect(isOwnContainer({...container, name}, owner), name).toBe(false);
	});

	it('is not one that only inherited the labels of an image', () => {
		expect(isGenuineContainer(at('image.web', 'happy_hopper'))).toBe(false);
		expect(isGenuineContainer(at('service.web', 'happy_hopper', {deployment}))).toBe(false);
		expect(isGenuineContainer({name: service, labels: {}})).toBe(false);
	});
});

it('networks and volumes belong to an environment by their names too', () => {
	const network = at('network', environmentNetworkName('shop', 'production'));
	expect(isOwnNetwork(network, owner)).toBe(true);
	expect(isOwnNetwork({...network, name: 'bridge'}, owner)).toBe(false);
	const volume = at('volume.db.data', volumeName('shop', 'production', 'db', 'data'));
	expect(isOwnVolume(volume, owner)).toBe(true);
	expect(isOwnVolume({...volume, name: 'somebodys'}, owner)).toBe(false);
	expect(isOwnVolume(at('verify.db', `${verified}.data`), owner)).toBe(true);
	expect(ownObjects({containers: [], networks: [network], volumes: [volume]}, owner).volumes).toEqual([volume]);
});
