import {defaultEnvironmentOf} from '../../command-names.ts';
import {type DevFlags, runDev} from '../../dev/run-dev.ts';
import type {ApplyOutcome} from '../exit-code.ts';

/** `compartment dev`: applies every change that is saved. */
export const dev = (flags: DevFlags): Promise<ApplyOutcome> => runDev(flags, defaultEnvironmentOf('dev'));
