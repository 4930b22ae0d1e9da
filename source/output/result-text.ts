import type {ApplyResult} from '../apply/events.ts';
import type {Paint} from './colour.ts';
import {formatDuration} from './duration.ts';
import {sanitiseLine} from './sanitise.ts';

function outcomeText({outcome, durationMs, done, failed, skipped}: ApplyResult, paint: Paint): string {
	const counts = [
		`${done} done`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(skipped > 0 ? [`${skipped} skipped`] : []),
	].join(', ');
	const duration = formatDuration(durationMs);
	switch (outcome) {
		case 'done':
			return paint.ok(`Apply done in ${duration}: ${counts}.`);
		case 'failed':
			return paint.fail(`Apply failed after ${duration}: ${counts}.`);
		case 'cancelled':
			return paint.warn(`Apply cancelled after ${duration}: ${counts}. The next apply goes on from here.`);
	}
}

/** How an apply ended, then where its services and resources answer (contract 3.5). */
export function renderResult(result: ApplyResult, paint: Paint): string[] {
	const isGuarded = result.urls.some(({accessMode}) => accessMode === 'authenticated');
	return [
		outcomeText(result, paint),
		...result.urls.map(
			({service, url, accessMode}) =>
				`${sanitiseLine(service)} active at ${paint.accent(sanitiseLine(url))}${accessMode === 'authenticated' ? ' (asks for the password)' : ''}`,
		),
		...result.resources.map(({name, host}) => `Resource ${sanitiseLine(name)} at ${sanitiseLine(host)}`),
		...(isGuarded ? [paint.dim('The password and a link that signs in: compartment access show')] : []),
	];
}
