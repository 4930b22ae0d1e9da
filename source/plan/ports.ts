import {choosePort, type PortChoice} from '../model/service-port.ts';
import type {DesiredService} from '../model/specs.ts';
import type {Deployment} from '../state/state.ts';
import type {PlanInput} from './input.ts';
import type {Change} from './plan.ts';

/** The port of a service's next deployment, as far as its image is known. */
export function plannedPort(input: Pick<PlanInput, 'images'>, service: DesiredService): PortChoice {
	const {kind, spec, image} = service;
	const finding = input.images.find(({planned}) => planned.service === service.name);
	return choosePort({kind, declared: spec.port, isPrebuilt: image.type === 'prebuilt'}, finding?.exposedPorts);
}

/** A port change that comes from the image alone, because it now exposes another port. */
export function portChange(active: Deployment, {number}: PortChoice): Change[] {
	if (number === undefined || active.port === undefined || number === active.port) return [];
	const text = (port: number) => ({type: 'text', text: String(port)}) as const;
	return [{name: 'port', before: text(active.port), after: text(number)}];
}
