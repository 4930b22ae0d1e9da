/** The members of a value of JSON that is an object. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The members of a value; none if it is no object. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** A value that is a text. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
