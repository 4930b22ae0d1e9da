import type {ReadonlyEngine} from '../engine/engine.ts';
import {hintOf, isOutcomeUnknown, messageOf, UserError} from '../errors.ts';
import {type Hint, hint, partsOf} from '../hint.ts';

/** What the registry of an image said. */
type Looked = {
	/** `sha256:…`. */
	readonly digest?: string;
	/** Why it did not say. Not an error: it may answer by the time of the apply. */
	readonly warning?: Hint;
};

/** Asks the registry for an image that the engine does not have (docs/rules.md, "Image of a plan"). */
export async function lookUp(engine: Pick<ReadonlyEngine, 'resolveDigest'>, reference: string): Promise<Looked> {
	try {
		return {digest: await engine.resolveDigest(reference)};
	} catch (error) {
		if (!(error instanceof UserError) || isOutcomeUnknown(error)) throw error;
		const next = hintOf(error) ?? [];
		// A command is on its own line, to be copied.
		const separator = typeof partsOf(next)[0] === 'string' ? '. ' : '\n';
		return {warning: partsOf(next).length === 0 ? messageOf(error) : hint`${messageOf(error)}${separator}${next}`};
	}
}
