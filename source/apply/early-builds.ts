import type {Limit} from '../build/limit.ts';
import type {PlannedBuild} from '../build/plan-build.ts';
import type {OwnEngine} from '../engine/own-engine.ts';
import {CancelledError, isOutcomeUnknown, messageOf} from '../errors.ts';
import {imageAddress} from '../model/address.ts';
import {usualParallelism} from '../parallelism.ts';
import type {Plan} from '../plan/plan.ts';
import type {Journal} from '../state/journal.ts';
import {buildGraph} from './graph/build-graph.ts';
import {firstSteps} from './graph/first-steps.ts';
import type {JournaledState} from './journaled-state.ts';
import {removeUnrecorded} from './own-images.ts';
import {type RunningBuild, startBuild} from './running-build.ts';

/** A build that began before its step. */
type EarlyBuild = RunningBuild & {
	/** Id of the journaled write, which is already in the journal. */
	readonly op: string;
};

/** Builds that began before the apply. */
export type EarlyBuilds = {
	/** The build of a service, for its step; at most once. */
	readonly take: (service: string) => EarlyBuild | undefined;
	/** Cancels the builds that no step has taken, removes what they made, and records that they did not happen. */
	readonly discard: () => Promise<void>;
};

type EarlyWorld = {
	readonly plan: Plan;
	readonly builds: ReadonlyMap<string, PlannedBuild>;
	readonly engine: OwnEngine;
	readonly state: Pick<JournaledState, 'current'>;
	readonly journal: Pick<Journal, 'begin' | 'failed'>;
	readonly directory: string;
	readonly limitBuilds: Limit;
	/** How many steps run at the same time. Default: `usualParallelism`. */
	readonly parallelism?: number | undefined;
};

/**
 * Begins the builds of an approved plan that its apply would start first, so that the engine builds while the plan is
 * printed and the rest is loaded. As in a step, the journal has each entry before the engine gets the build. Nothing begins
 * if the plan is blocked.
 */
export async function beginBuilds(world: EarlyWorld): Promise<EarlyBuilds> {
	const {plan, builds, engine, state, journal, parallelism = usualParallelism} = world;
	const isBlocked = plan.actions.some(({kind}) => kind === 'blocked');
	const steps = isBlocked ? [] : firstSteps(buildGraph(plan), parallelism);
	const begun = new Map<string, EarlyBuild>();
	const begin = async (service: string) => {
		const build = builds.get(service);
		const planned = plan.images.find(image => image.service === service);
		if (!build || !planned) return;
		const intent = {type: 'build-image', reference: planned.reference} as const;
		let op: string;
		try {
			op = await journal.begin(intent, imageAddress(service));
		} catch {
			// The step tries again and reports it.
			return;
		}
		begun.set(service, {op, ...startBuild(world, {planned, build, op, isPlanFresh: true})});
	};
	await Promise.all(steps.filter(({task}) => task === 'make image').map(({name}) => begin(name)));
	// It ended before it was cancelled. What cannot be removed is left to recovery.
	const removeImage = (op: string): Promise<boolean> =>
		removeUnrecorded(engine, state.current(), op).then(
			() => true,
			() => false,
		);

	return {
		take(service) {
			const build = begun.get(service);
			begun.delete(service);
			return build;
		},
		async discard() {
			const left = [...begun.values()];
			begun.clear();
			const why = new CancelledError('The apply did not begin.');
			for (const {cancel} of left) cancel(why);
			for (const {op, image} of left) {
				const error = await image.then(
					() => undefined,
					(reason: unknown) => reason,
				);
				// Without an answer, recovery has to look.
				if (isOutcomeUnknown(error)) continue;
				const isGone = error !== undefined || (await removeImage(op));
				if (isGone) await journal.failed(op, messageOf(error ?? why));
			}
		},
	};
}
