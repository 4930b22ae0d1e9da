import {EngineError, messageOf} from '../errors.ts';
import type {Hint} from '../hint.ts';
import type {Access} from '../registries/find-credentials.ts';
import {keyOf, registryOf} from '../registries/registry-name.ts';

type Asked = {
	/** As in `cannot <task>: …`. */
	readonly task: string;
	readonly host: string;
	readonly access: Access;
	readonly reference?: string;
};

/** The header X-Registry-Auth. */
async function authorize({credentials}: Access, host: string): Promise<string | undefined> {
	if (!credentials) return;
	const {apiFields} = await import('../registries/credentials.ts');
	const text = JSON.stringify(apiFields(credentials, keyOf(host)));
	// The alphabet for URLs, but with the padding: without it, older engines ignore the header.
	return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Makes an error say what the answer of a registry means, and what helps. Any other error is returned as it is. */
export async function explainRefusal(error: unknown, {task, ...asked}: Asked): Promise<unknown> {
	// Without an answer of the engine, nothing is known of the registry.
	if (!(error instanceof EngineError) || error.isOutcomeUnknown) return error;
	const {describeFailure} = await import('../registries/registry-failure.ts');
	const start = `cannot ${task}: `;
	const text = messageOf(error).replace(start, '');
	const found = describeFailure({...asked, text});
	if (!found) return error;
	const {status} = error;
	return new EngineError(start + found.message, {hint: found.hint, cause: error, isAnswered: true, status});
}

/**
 * Makes a call that the engine passes on to the registry of an image, with the credentials from docker's configuration.
 * @throws EngineError that says what the registry's answer means, and what helps
 */
export async function askRegistry<Result>(
	{task, reference}: Required<Pick<Asked, 'task' | 'reference'>>,
	call: (authorization: string | undefined) => Promise<Result>,
): Promise<Result> {
	// Loaded only here: most commands pull nothing.
	const {findCredentials} = await import('../registries/find-credentials.ts');
	const host = registryOf(reference);
	const access = await findCredentials(host);
	try {
		return await call(await authorize(access, host));
	} catch (error) {
		throw await explainRefusal(error, {task, host, access, reference});
	}
}

/** How a builder says that a command of the Dockerfile failed, whose text may be about anything. */
const failedCommand = /executor failed running|did not complete successfully|exit code/i;

/**
 * Makes the failure of a build say what the registry of an image meant that the builder pulled itself, and what helps; undefined if
 * the build failed for another reason.
 * @param pulls images that the builder pulls itself
 */
export async function explainBuilderPull(
	text: string,
	pulls: readonly string[],
): Promise<{readonly message: string; readonly hint: Hint} | undefined> {
	const reference = pulls.find(each => text.includes(each) || text.includes(registryOf(each)));
	if (reference === undefined || failedCommand.test(text)) return;
	const [{findCredentials}, {describeFailure}] = await Promise.all([
		import('../registries/find-credentials.ts'),
		import('../registries/registry-failure.ts'),
	]);
	const host = registryOf(reference);
	const found = describeFailure({text, host, access: await findCredentials(host), reference});
	return found && {message: `cannot pull image ${reference}: ${found.message}`, hint: found.hint};
}
