/** A number with its noun: `1 service`, `3 services`. Nouns form their plural with s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
