import type {ContainerConfiguration, ObservedContainer} from '../engine/engine.ts';
import {nameIn} from '../model/address.ts';
import {isId} from '../model/ids.ts';
import {labels} from '../model/labels.ts';
import type {DeploymentShape} from '../model/record.ts';
import {readDeploymentShape} from './read-record.ts';
import {type ReadEnv, readEnv} from './read-values.ts';
import type {Remains} from './remains.ts';

/** A container of a deployment with its record. */
export type FoundDeployment = {
	readonly id: string;
	readonly service: string;
	readonly container: ObservedContainer;
	readonly configuration: ContainerConfiguration;
	readonly shape: DeploymentShape;
	readonly read: ReadEnv;
};

/** The containers of services whose labels can be read, oldest deployment first, and the others. */
export function findDeployments({observed, configurations}: Remains): {
	readonly found: readonly FoundDeployment[];
	readonly unreadable: readonly ObservedContainer[];
} {
	const found: FoundDeployment[] = [];
	const unreadable: ObservedContainer[] = [];
	for (const container of observed.containers) {
		const {[labels.address]: address = '', [labels.deployment]: id} = container.labels;
		if (!address.startsWith('service.')) continue;
		const configuration = configurations.get(container.id);
		const shape = readDeploymentShape(container.labels);
		if (!configuration || !shape || !isId('dpl', id)) {
			unreadable.push(container);
			continue;
		}
		const read = readEnv(shape.spec.env, configuration, {at: shape.createdAt, isGenerated: () => false});
		found.push({id, service: nameIn(address), container, configuration, shape, read});
	}
	return {found: found.sort((a, b) => (a.id < b.id ? -1 : 1)), unreadable};
}
