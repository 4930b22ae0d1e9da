import {createBackupDuty} from './backup-duty.ts';
import {createCertificateDuty} from './certificate-duty.ts';
import {createCronDuty} from './cron-duty.ts';
import type {DutyFactory} from './duty.ts';
import {createHealing} from './healing/duty.ts';
import {createEngineKeeping, createImageKeeping} from './house-keeping.ts';
import {createLifetimeDuty} from './lifetime-duty.ts';

/** All duties of an agent. */
export const allDuties: DutyFactory = {
	ofAgent: world => [createEngineKeeping(world)],
	ofEnvironment: world => [
		createHealing(world),
		createCronDuty(world),
		createBackupDuty(world),
		createLifetimeDuty(world),
		createCertificateDuty(world),
		createImageKeeping(world),
	],
};
