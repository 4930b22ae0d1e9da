/** Flags that most commands share. */
export type CommonFlags = {
	readonly env?: string;
	readonly project?: string;
	readonly remote?: string;
	/** Milliseconds to wait for another command's lock; default none. */
	readonly lockTimeout?: number;
	readonly output?: 'text' | 'json';
	readonly json?: boolean;
	/** commander sets it to false for `--no-color`, and to true for `--color` and when neither is given. */
	readonly color?: boolean;
};

/** Flags of commands that can show a screen. */
export type ScreenFlags = CommonFlags & {readonly plain?: boolean; readonly accessible?: boolean};

/** The services that `--service` names; null when it is not given, which means all. */
export const servicesOf = ({service = []}: {readonly service?: readonly string[]}): readonly string[] | null =>
	service.length > 0 ? service : null;

export const isJson = (flags: CommonFlags): boolean => flags.json === true || flags.output === 'json';
