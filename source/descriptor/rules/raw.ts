/** A map as it was written, before anything is known about its values. */
export type Raw = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as a map; anything else counts as an empty one, so that a rule can look without asking first. */
export const mapOf = (value: unknown): Raw => (isMap(value) ? (value as Raw) : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The own value of a key: names come from the file and may be those of inherited members. */
export const entryOf = (map: Raw, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);
