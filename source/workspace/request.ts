import {UserError} from '../errors.ts';
import {type PlanRequest, plainRequest} from '../refresh/plan-request.ts';
import {servicesOf} from './flags.ts';

type RequestFlags = {
	readonly service?: readonly string[];
	readonly rebuild?: boolean;
	readonly replace?: readonly string[];
	readonly refreshOnly?: boolean;
	readonly destroy?: boolean;
	readonly deleteData?: boolean;
	readonly deleteExternal?: readonly string[];
	readonly hold?: boolean;
	readonly release?: 'again' | 'done';
	/** Milliseconds; null: never. */
	readonly expires?: number | null;
	readonly expiresData?: boolean;
};

function lifetimeOf({expires, expiresData}: RequestFlags): Pick<PlanRequest, 'lifetime'> {
	if (expires !== undefined) return {lifetime: {lifetimeMs: expires, deletesData: expiresData ?? false}};
	if (expiresData) throw new UserError('--expires-data needs --expires.', {hint: 'Add --expires 3d, or another time.'});
	return {};
}

/** The plan request of the flags of plan, apply and destroy. */
export const requestOf = (flags: RequestFlags): PlanRequest => ({
	...plainRequest,
	mode: flags.destroy ? 'destroy' : flags.refreshOnly ? 'refresh-only' : 'apply',
	services: servicesOf(flags),
	rebuild: flags.rebuild ?? false,
	replace: flags.replace ?? [],
	deleteData: flags.deleteData ?? false,
	deleteExternal: flags.deleteExternal ?? [],
	isHold: flags.hold ?? false,
	...lifetimeOf(flags),
	release: flags.release ?? 'ask',
});
