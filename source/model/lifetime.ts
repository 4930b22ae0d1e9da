const hourMs = 3_600_000;

const unitMs = {w: 7 * 24 * hourMs, d: 24 * hourMs, h: hourMs, m: hourMs / 60} as const;

/** How long an environment lives, in the largest unit without a rest: `3d`. */
export function lifetimeText(milliseconds: number): string {
	const unit = (['w', 'd', 'h'] as const).find(each => milliseconds % unitMs[each] === 0) ?? 'm';
	return `${Math.round(milliseconds / unitMs[unit])}${unit}`;
}

/** A time as people read it: `2026-11-25 02:16 UTC`. */
export const minuteText = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;
