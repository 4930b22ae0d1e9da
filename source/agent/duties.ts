import type {DutyFactory} from './duty.ts';

/** All duties of an agent. */
export const allDuties: DutyFactory = {
	ofAgent: () => [],
	ofEnvironment: () => [],
};
