import {
	type Action,
	countActions,
	type Plan,
	type PlanCounts,
	type PlanMode,
	type ShownValue,
	signOf,
} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {withoutSecret} from './value-text.ts';

type ValueDocument = string | {readonly sensitive: true} | {readonly computed: true; readonly note?: string} | null;

type ChangeDocument = {readonly name: string; readonly before: ValueDocument; readonly after: ValueDocument};

type ActionDocument = {
	readonly address: string;
	readonly object: Action['object'];
	readonly kind: Action['kind'];
	readonly sign: string;
	readonly order: 'create-first' | 'destroy-first' | null;
	readonly reasons: readonly string[];
	readonly deletesData: boolean;
	readonly dependsOn: readonly string[];
	readonly changes: readonly ChangeDocument[];
	/** Number of unchanged attributes. */
	readonly unchanged: number;
};

type BlockedDocument = {
	readonly address: string;
	readonly object: Action['object'];
	readonly reasons: readonly string[];
	readonly unblock: string | null;
};

/**
 * The JSON form of a plan. It is stable: fields may be added, but keep their meaning and order. `changes` holds the
 * actions in plan order, without unchanged and blocked ones.
 */
export type PlanDocument = {
	readonly format: 1;
	readonly mode: PlanMode;
	readonly project: string;
	readonly environment: string;
	/** Selected services, null for all. */
	readonly services: readonly string[] | null;
	readonly lineage: string;
	readonly serial: number;
	readonly createdAt: string;
	readonly summary: PlanCounts;
	readonly changes: readonly ActionDocument[];
	readonly drift: readonly {readonly address: string; readonly message: string}[];
	readonly warnings: readonly string[];
	readonly blocked: readonly BlockedDocument[];
};

function valueDocument(value: ShownValue): ValueDocument {
	switch (value.type) {
		case 'text':
			return value.text;
		case 'sensitive':
			return {sensitive: true};
		case 'computed':
			return value.note === undefined ? {computed: true} : {computed: true, note: value.note};
		case 'absent':
			return null;
	}
}

/** The attributes that an action changes, as in a plan's `changes`. */
export const changeDocuments = ({changes}: Pick<Action, 'changes'>): readonly ChangeDocument[] =>
	changes.map(withoutSecret).map(({name, before, after}) => ({
		name,
		before: valueDocument(before),
		after: valueDocument(after),
	}));

const actionDocument = (action: Action): ActionDocument => ({
	address: action.address,
	object: action.object,
	kind: action.kind,
	sign: signOf(action),
	order: action.order ?? null,
	reasons: action.reasons,
	deletesData: action.deletesData ?? false,
	dependsOn: action.dependsOn,
	changes: changeDocuments(action),
	unchanged: action.unchanged,
});

/** The plan as a stable JSON document. */
export const planDocument = (plan: Plan): PlanDocument => ({
	format: plan.format,
	mode: plan.mode,
	project: plan.project,
	environment: plan.environment,
	services: plan.services,
	lineage: plan.lineage,
	serial: plan.serial,
	createdAt: plan.createdAt,
	summary: countActions(plan.actions),
	changes: plan.actions.filter(({kind}) => kind !== 'none' && kind !== 'blocked').map(actionDocument),
	drift: plan.drift.map(({address, message}) => ({address, message})),
	warnings: plan.warnings.map(warning => renderHint(warning, plan)),
	blocked: plan.actions
		.filter(({kind}) => kind === 'blocked')
		.map(({address, object, reasons, unblock}) => ({
			address,
			object,
			reasons,
			unblock: unblock === undefined ? null : renderHint(unblock, plan),
		})),
});
