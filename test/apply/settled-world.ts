import {expect} from 'vitest';
import {isRouted, isRunning} from '../../source/model/kinds.ts';
import {labels} from '../../source/model/labels.ts';
import type {State} from '../../source/state/state.ts';
import type {MemoryWorld} from './memory-world.ts';

/** Whether a volume has data of the project; those of backups and restores come and go. */
const isData = ({labels: own}: {readonly labels: Readonly<Record<string, string>>}): boolean =>
	own[labels.project] === 'shop' && own[labels.address]?.startsWith('volume.') === true;

/** Expects what must hold after every apply, successful or not. */
export async function expectValid(world: MemoryWorld, volumes: Set<string>): Promise<State> {
	// Reading verifies the checksum and the shape.
	const state = (await world.state())!;
	for (const [service, id] of Object.entries(state.active)) {
		const deployment = state.deployments[id];
		expect(deployment, `active deployment of ${service}`).toMatchObject({
			id,
			service,
			status: expect.stringMatching(/^(?:succeeded|stopped)$/),
		});
		if (isRouted(deployment!.kind)) expect(deployment!.slot, `slot of ${service}`).toMatch(/^(?:blue|green)$/);
	}
	// A service that is being deleted stays active until its containers are removed.
	const active = Object.values(state.deployments).filter(({stage}) => stage === 'active');
	expect(active.filter(({id, service}) => state.active[service] !== id)).toEqual([]);
	const observed = await world.engine.observe({});
	for (const {name} of observed.volumes.filter(isData)) volumes.add(name);
	const names = new Set(observed.volumes.map(({name}) => name));
	expect([...volumes].filter(name => !names.has(name))).toEqual([]);
	for (const {name} of Object.values(state.volumes)) expect(names.has(name), `volume ${name}`).toBe(true);
	const addresses = observed.containers.flatMap(({networks}) => Object.values(networks)).filter(text => text !== '');
	expect(new Set(addresses).size).toBe(addresses.length);
	return state;
}

/** Expects what must hold after a complete apply. */
export async function expectComplete(world: MemoryWorld, state: State, descriptor: string): Promise<void> {
	const {plan} = await world.plan(descriptor);
	expect(plan.actions.filter(({kind}) => kind !== 'none')).toEqual([]);
	expect(plan.drift).toEqual([]);

	const observed = await world.engine.observe({[labels.lineage]: state.lineage});
	const recorded = new Set([
		...Object.values(state.deployments).map(({containerId}) => containerId),
		...Object.values(state.resources).map(({containerId}) => containerId),
	]);
	// An unrecorded container would stay for ever.
	expect(observed.containers.filter(({id}) => !recorded.has(id)).map(({name}) => name)).toEqual([]);
	expect(observed.networks.map(({name}) => name).sort()).toEqual(
		[state.networks!.environment.name, state.networks!.mesh.name].sort(),
	);
	expect(observed.volumes.map(({name}) => name).sort()).toEqual(
		Object.values(state.volumes)
			// Those have no label of ours.
			.filter(({isExternal}) => !isExternal)
			.map(({name}) => name)
			.sort(),
	);

	const running = new Map(observed.containers.map(container => [container.id, container.state === 'running']));
	for (const deployment of Object.values(state.deployments)) {
		const isActive = state.active[deployment.service] === deployment.id;
		const isUp = deployment.containerId !== undefined && running.get(deployment.containerId) === true;
		// A candidate gets its restart policy when it is ready; an active deployment must have one.
		if (isActive && isRunning(deployment.kind))
			expect(world.engine.look(deployment.containerId!).restart.policy).not.toBe('no');
		const isWaiting = deployment.isHeld === true && deployment.stage === 'candidate';
		expect(isUp, `${deployment.service} ${deployment.id} runs`).toBe(
			(isActive || isWaiting) && isRunning(deployment.kind),
		);
	}
	for (const {containerId} of Object.values(state.resources))
		expect(world.engine.look(containerId).state).toBe('running');
	expectServed(world, state);
}

/** Expects that the router sends requests to active deployments only. */
function expectServed({router}: MemoryWorld, state: State): void {
	const wanted = Object.entries(state.active).flatMap(([service, id]) => {
		const {address, port, slot, kind} = state.deployments[id]!;
		const server = `${state.lineage}.${service}/${slot} ${address}:${port}`;
		// Only the active slot is checked.
		return isRouted(kind) ? [server, `health:${server}`] : [];
	});
	const served = [...router.servers]
		.filter(([, {isServing}]) => isServing)
		.map(([name, {address, port}]) => `${name} ${address}:${port}`);
	expect(served.sort()).toEqual(wanted.sort());
}

/** Addresses to which the router sends requests although nothing runs there. */
export async function deadEnds({engine, router}: MemoryWorld): Promise<string[]> {
	const {containers} = await engine.observe({});
	const alive = new Set(
		containers.filter(({state}) => state === 'running').flatMap(({networks}) => Object.values(networks)),
	);
	return [...router.servers]
		.filter(([, {isServing, address}]) => isServing && !alive.has(address))
		.map(([name]) => name);
}
