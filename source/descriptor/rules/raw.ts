/** A map as written, before validation. */
export type Raw = Readonly<Record<string, unknown>>;

export const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is a map, else an empty map, so that rules need not check. */
export const mapOf = (value: unknown): Raw => (isMap(value) ? (value as Raw) : {});

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The own value of a key: names from the file may collide with inherited properties. */
export const entryOf = (map: Raw, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);
