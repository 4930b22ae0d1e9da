import type {ShownValue} from './plan.ts';

/** One attribute of an object: what is shown, and what decides whether two are the same. */
export type Attribute = {
	readonly shown: ShownValue;
	/** Null while it is not known: then it differs from everything. */
	readonly identity: string | null;
	/** Tells two apart that look alike. */
	readonly detail?: string;
};

export type Attributes = Readonly<Record<string, Attribute>>;
