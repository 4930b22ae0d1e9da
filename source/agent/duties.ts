import type {DutyFactory} from './duty.ts';
import {createHealing} from './healing/duty.ts';
import {createEngineKeeping, createImageKeeping} from './house-keeping.ts';

/** All duties of an agent. */
export const allDuties: DutyFactory = {
	ofAgent: world => [createEngineKeeping(world)],
	ofEnvironment: world => [createHealing(world), createImageKeeping(world)],
};
