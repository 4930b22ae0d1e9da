/** The value without undefined fields, so that they are absent in comparisons as in JSON. */
export const present = <T extends object>(value: T): T =>
	Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
