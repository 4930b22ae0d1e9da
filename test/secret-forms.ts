/** A secret in every form in which an output could contain it. */
export const formsOf = (value: string): string[] => [
	value,
	Buffer.from(value).toString('base64'),
	Buffer.from(value).toString('base64url'),
	encodeURIComponent(value),
	JSON.stringify(value).slice(1, -1),
];
