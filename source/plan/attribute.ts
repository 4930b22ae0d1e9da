import type {ShownValue} from './plan.ts';

/** One attribute of an object: what is shown, and what is compared. */
export type Attribute = {
	readonly shown: ShownValue;
	/** What is compared. Null until it is known, which differs from everything. */
	readonly identity: string | null;
	/** Shown in addition when two values look alike. */
	readonly detail?: string;
};

export type Attributes = Readonly<Record<string, Attribute>>;
