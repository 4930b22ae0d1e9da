import {exitCodes} from '../errors.ts';
import {jsonDocument} from '../output/json.ts';
import {sanitiseText} from '../output/sanitise.ts';
import {createTerminal} from '../output/terminal.ts';
import type {Check} from '../report/check.ts';
import {type CommonFlags, isJson} from '../workspace/flags.ts';
import {hintText} from '../workspace/invocation.ts';

/** Prints what checks found, with a hint for each problem. Returns the exit code of their command. */
export function showChecks(found: readonly Check[], flags: CommonFlags): number {
	const {print, paint} = createTerminal(flags);
	const checks = found.map(each => ({...each, hint: each.hint === undefined ? undefined : hintText(each.hint)}));
	const isHealthy = checks.every(({status}) => status !== 'problem');
	if (isJson(flags)) process.stdout.write(jsonDocument({isHealthy, checks}));
	else {
		const marks = {ok: paint.ok('ok     '), warning: paint.warn('warning'), problem: paint.fail('problem')};
		for (const {name, status, message, hint} of checks) {
			print(
				`${marks[status]}  ${name.padEnd(10)}  ${sanitiseText(message).replaceAll('\n', '\n                     ')}`,
			);
			if (hint !== undefined) print(`                     ${paint.dim(sanitiseText(hint))}`);
		}
	}
	return isHealthy ? exitCodes.done : exitCodes.error;
}
