import {checksumOf} from './canonical.ts';

/** Hash of a specification for its label. Secrets enter by revision only, so the hash reveals nothing about them. */
export const specHash = (spec: object): string => checksumOf(spec).slice(0, 16);
