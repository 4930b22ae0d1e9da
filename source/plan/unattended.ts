import {actionsToApprove} from './approval.ts';
import type {Action, ObjectType, Plan} from './plan.ts';

/** What belongs to services alone, and holds no data. */
const ofServices: readonly ObjectType[] = ['image', 'release', 'service', 'routes', 'container'];

/**
 * The actions of a plan that a person has to look at before they run: those that delete data, and those that touch anything but
 * services, such as a resource that would be replaced (docs/rules.md, "Without asking").
 */
export const actionsToLookAt = (plan: Plan): Action[] =>
	actionsToApprove(plan).filter(
		({object, kind, deletesData}) => deletesData === true || kind === 'adopt' || !ofServices.includes(object),
	);
