import type {Change} from '../../plan/plan.ts';
import {changeDocuments} from '../plan/plan-json.ts';

/** An image beside that of another environment. Texts are unsanitised. */
export type ComparedImage = {
	/** The start of its key, or its reference with the start of its digest. */
	readonly name: string;
	/** ISO 8601; null if it is not recorded. */
	readonly builtAt: string | null;
};

/**
 * How the image of the second environment compares: `same source` was built twice from the same files, `newer` and `older` go by
 * when they were built.
 */
export type ImageRelation = 'same' | 'same source' | 'newer' | 'older' | 'different';

/** A variable of a service or resource in both environments. */
export type ComparedVariable = {
	/** Its name, and its values where they are not sensitive. */
	readonly change: Change;
	/** Undefined if the sensitive values cannot be read here. */
	readonly isEqual: boolean | undefined;
};

/** A service or resource in two environments. */
export type ComparedObject = {
	readonly kind: 'service' | 'resource';
	readonly name: string;
	/** Undefined where it does not run. */
	readonly images: readonly [ComparedImage | undefined, ComparedImage | undefined];
	/** Undefined unless it runs in both. */
	readonly relation: ImageRelation | undefined;
	/** Attributes other than the image and the variables. */
	readonly changes: readonly Change[];
	readonly variables: readonly ComparedVariable[];
};

/** What differs between two environments of a project. */
export type EnvironmentComparison = {
	readonly project: string;
	readonly environments: readonly [string, string];
	readonly objects: readonly ComparedObject[];
	/** Route rules and who may open a service. */
	readonly routes: readonly Change[];
	/** Why sensitive values could not be compared. */
	readonly warnings: readonly string[];
};

/** Whether two images do something else. */
export const isOtherImage = (relation: ImageRelation): boolean => relation !== 'same' && relation !== 'same source';

/** The number of differences. Sensitive values that cannot be read do not count. */
export function countDifferences({objects, routes}: EnvironmentComparison): number {
	const ofObject = ({relation, changes, variables}: ComparedObject) =>
		(relation === undefined || isOtherImage(relation) ? 1 : 0) +
		changes.length +
		variables.filter(({isEqual}) => isEqual === false).length;
	return objects.reduce((sum, object) => sum + ofObject(object), routes.length);
}

/** The comparison as a stable JSON document. Sensitive values are never part of it. */
export const comparisonDocument = (comparison: EnvironmentComparison) => ({
	project: {name: comparison.project},
	from: {name: comparison.environments[0]},
	to: {name: comparison.environments[1]},
	differences: countDifferences(comparison),
	objects: comparison.objects.map(({kind, name, images: [from, to], relation, changes, variables}) => ({
		kind,
		name,
		image: {from: from ?? null, to: to ?? null, relation: relation ?? null},
		changes: changeDocuments({changes}),
		variables: variables.map(({change, isEqual}) => ({
			...changeDocuments({changes: [change]})[0]!,
			isEqual: isEqual ?? null,
		})),
	})),
	routes: changeDocuments({changes: comparison.routes}),
	warnings: comparison.warnings,
});
