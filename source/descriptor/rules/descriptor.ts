import type {Report} from '../problem.ts';
import {checkConnections} from './connections.ts';
import {mapOf, type Raw} from './raw.ts';
import {checkResource} from './resource.ts';
import {checkService} from './service.ts';

const checkDomains = (services: Raw, report: Report): void => {
	const owners = new Map<string, string>();
	for (const [name, value] of Object.entries(services)) {
		const {domain} = mapOf(value);
		if (typeof domain !== 'string') continue;
		const owner = owners.get(domain.toLowerCase());
		if (owner === undefined) owners.set(domain.toLowerCase(), name);
		else report(['services', name, 'domain'], `Domain "${domain}" already belongs to service "${owner}".`);
	}
};

/** Checks the rules of compartment.yml across fields, on the raw value, to report them along with schema problems. */
export const checkDescriptor = (value: unknown, ascent: number, report: Report): void => {
	const descriptor = mapOf(value);
	const services = mapOf(descriptor.services);
	const resources = mapOf(descriptor.resources);
	for (const [name, service] of Object.entries(services)) {
		checkService(name, service, ascent, report);
		checkConnections(name, service, resources, report);
	}
	for (const [name, resource] of Object.entries(resources)) checkResource(name, resource, services, report);
	checkDomains(services, report);
};
