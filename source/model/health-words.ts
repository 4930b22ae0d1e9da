import type {LastExit} from './health-facts.ts';

const two = (value: number): string => String(value).padStart(2, '0');

const dayOf = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/** Local time, with the date unless it is today: `14:02`, `2026-01-30 14:02`. */
export function clockTime(at: number, now: number): string {
	const date = new Date(at);
	const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
	const day = dayOf(date);
	return day === dayOf(new Date(now)) ? time : `${day} ${time}`;
}

/** `once`, `7 times`. */
export const timesWords = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** `, last exit 137, out of memory`; empty when unknown. */
export function exitWords(exit: LastExit | null): string {
	if (!exit) return '';
	const code = exit.code === null ? '' : `, last exit ${exit.code}`;
	return `${code}${exit.isOutOfMemory ? ', out of memory' : ''}`;
}
