import type {Image} from '../engine/engine.ts';
import {type EnvironmentContext, progress} from './context.ts';

type Context = Pick<EnvironmentContext, 'engine' | 'images'>;

/** Asks once for each image of an apply. Only found images are remembered. */
function once(
	{images}: Context,
	reference: string,
	find: () => Promise<Image | undefined>,
): Promise<Image | undefined> {
	const known = images?.get(reference) ?? find();
	images?.set(reference, known);
	return known.then(
		image => {
			if (!image) images?.delete(reference);
			return image;
		},
		(error: unknown) => {
			images?.delete(reference);
			throw error;
		},
	);
}

/** The image with this id or reference, if the engine has it. */
export const findKnownImage = (context: Context, reference: string): Promise<Image | undefined> =>
	once(context, reference, () => context.engine.findImage(reference));

/** Notes an image that was just built or found, for the steps that ask for it by its id. */
export const rememberImage = ({images}: Pick<Context, 'images'>, image: Image): void =>
	void images?.set(image.id, Promise.resolve(image));

/** An image, pulled if the engine does not have it. Resources with the same image wait for one pull. */
export async function ensureImage(context: EnvironmentContext, address: string, reference: string): Promise<Image> {
	const pull = () =>
		context.engine.pullImage(
			reference,
			({message}) => progress(context, address, `pulling ${reference}: ${message}`),
			context.stopping,
		);
	return (await once(context, reference, async () => (await context.engine.findImage(reference)) ?? (await pull())))!;
}
