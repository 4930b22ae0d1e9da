import type {Raw} from '../descriptor/rules/raw.ts';

/** A map for a field that is left out when there is nothing in it. */
export const unlessEmpty = (map: Raw): Raw | undefined => (Object.keys(map).length > 0 ? map : undefined);
