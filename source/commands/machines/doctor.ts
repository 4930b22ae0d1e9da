import {showChecks} from '../../console/show-checks.ts';
import {checkMachine} from '../../report/check-machine.ts';
import {findMachine, readSettings} from '../../settings/settings.ts';
import {engineOf} from '../../workspace/choose-engine.ts';
import type {CommonFlags} from '../../workspace/flags.ts';
import {connectTo} from '../../workspace/workspace.ts';

/** `compartment machine doctor NAME`: checks what Compartment needs on a machine, with what mends each problem. */
export async function machineDoctor(name: string, flags: CommonFlags): Promise<number> {
	const {machines} = await readSettings();
	const machine = findMachine(name, machines);
	const connection = await connectTo(engineOf(name, machine));
	return showChecks(await checkMachine(connection, {name, ...machine}), flags);
}
