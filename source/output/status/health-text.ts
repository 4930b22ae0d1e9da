import type {Health, HealthState, LastExit} from '../../model/health-facts.ts';
import type {Paint} from '../colour.ts';
import {sanitiseLine} from '../sanitise.ts';

/** How serious a state is: for its colour and for sorting. */
export type HealthTone = 'good' | 'bad' | 'busy' | 'warning' | 'quiet';

const tones: Readonly<Record<HealthState, HealthTone>> = {
	healthy: 'good',
	idle: 'good',
	starting: 'busy',
	degraded: 'warning',
	stopped: 'warning',
	crashing: 'bad',
	hung: 'bad',
	'not listening': 'bad',
	missing: 'bad',
	failed: 'bad',
	'restore-incomplete': 'bad',
	none: 'quiet',
};

export const toneOf = ({state}: Pick<Health, 'state'>): HealthTone => tones[state];

/** The style of a state. */
export function healthStyle(health: Pick<Health, 'state'>, paint: Paint): (text: string) => string {
	const styles = {good: paint.ok, bad: paint.fail, busy: paint.warn, warning: paint.warn, quiet: paint.dim};
	return health.state === 'idle' ? paint.dim : styles[toneOf(health)];
}

/** The state as shown to people. */
export const healthWord = ({state}: Pick<Health, 'state'>): string => (state === 'none' ? 'not deployed' : state);

type Restarts = Pick<Health, 'restarts'> & {readonly lastExit: Pick<LastExit, 'code' | 'isOutOfMemory'> | null};

/** `7, exit 1`, `2, exit 137, out of memory`; empty when it never restarted. */
export function restartsText({restarts, lastExit}: Restarts): string {
	if (restarts === 0) return '';
	const code = lastExit === null || lastExit.code === null ? '' : `, exit ${lastExit.code}`;
	return `${restarts}${code}${lastExit?.isOutOfMemory === true ? ', out of memory' : ''}`;
}

/** The cause, sanitised. */
export const causeText = ({cause}: Pick<Health, 'cause'>): string => sanitiseLine(cause ?? '');
