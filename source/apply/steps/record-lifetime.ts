import type {ApplyContext} from '../context.ts';

/** Records when the environment expires, counted from now (docs/rules.md, "Lifetime of an environment"). */
export async function recordLifetime({plan, state}: ApplyContext): Promise<void> {
	const {lifetime} = plan;
	if (!lifetime) return;
	const {lifetimeMs, deletesData} = lifetime;
	const expiresAt = new Date(Date.now() + (lifetimeMs ?? 0)).toISOString();
	const recorded = lifetimeMs === null ? null : {expiresAt, lifetimeMs, deletesData};
	await state.update(current => ({...current, lifetime: recorded}));
}
