import type {ContainerConfiguration} from '../../engine/engine.ts';
import {UserError} from '../../errors.ts';
import type {TakenValue} from '../../plan/adoption.ts';
import {encryptValue, newRevision, ownRecipients} from '../../state/secrets.ts';
import type {State, Variable} from '../../state/state.ts';
import {findVariable, withVariable} from '../../state/variables.ts';
import type {ApplyContext} from '../context.ts';

type Configurations = ReadonlyMap<string, ContainerConfiguration>;

async function readAll({plan, engine}: ApplyContext): Promise<Configurations> {
	const containers = plan.adoption?.containers ?? [];
	const read = async ({id, name}: (typeof containers)[number]) => {
		const configuration = await engine.readConfiguration(id);
		if (!configuration) throw new UserError(`Container ${name} was removed since the plan was made.`);
		return [id, configuration] as const;
	};
	return new Map(await Promise.all(containers.map(read)));
}

const isGenerated = ({desired}: ApplyContext['plan'], {scope, key}: TakenValue): boolean =>
	scope.type === 'resource' &&
	desired.resources.some(({name, generatedVariables}) => name === scope.name && Object.hasOwn(generatedVariables, key));

async function seal(
	{plan, state}: ApplyContext,
	taken: TakenValue,
	value: string,
	recipients: readonly string[],
): Promise<Variable> {
	const {scope, key} = taken;
	const {lineage} = state.current();
	return {
		scope,
		key,
		source: isGenerated(plan, taken) ? 'generated' : 'user',
		revision: newRevision(),
		updatedAt: new Date().toISOString(),
		isSensitive: true,
		ciphertext: await encryptValue({lineage, scope, key, value}, recipients),
	};
}

/**
 * Stores what the plan takes from adopted containers, encrypted, before anything else changes. A value that an interrupted
 * adoption stored is kept.
 */
export async function takeValues(context: ApplyContext): Promise<void> {
	const {plan, state} = context;
	const {values} = plan.adoption!;
	const missing = values.filter(({scope, key}) => !findVariable(state.current(), scope, key));
	if (missing.length === 0) return;
	const configurations = await readAll(context);
	const recipients = await ownRecipients(state.current());
	const variables = await Promise.all(
		missing.map(taken => seal(context, taken, configurations.get(taken.container)!.env[taken.key]!, recipients)),
	);
	await state.update((current): State => variables.reduce(withVariable, current));
}
