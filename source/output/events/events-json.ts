import type {ApplyEvent} from '../../apply/events.ts';
import type {Plan} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import type {DeploymentFailure} from '../../state/state.ts';
import {jsonLine} from '../json.ts';
import {planDocument} from '../plan/plan-json.ts';
import {signInHint} from './result-text.ts';

const failureDocument = (failure: DeploymentFailure | undefined) =>
	failure === undefined
		? null
		: {
				message: failure.message,
				lastProbe: failure.lastProbe ?? null,
				exitCode: failure.exitCode ?? null,
				isOutOfMemory: failure.isOutOfMemory ?? false,
				lastLines: failure.lastLines,
				logFile: failure.logFile ?? null,
			};

function eventDocument(event: ApplyEvent): Readonly<Record<string, unknown>> {
	const base = {type: event.type, at: new Date(event.at).toISOString()};
	switch (event.type) {
		case 'apply-started':
			return {...base, run: event.run, steps: event.steps};
		case 'step-started':
			return {...base, address: event.address};
		case 'step-progress':
			return {...base, address: event.address, message: event.message};
		case 'step-done':
			return {...base, address: event.address, durationMs: event.durationMs, message: event.message ?? null};
		case 'step-failed':
			return {
				...base,
				address: event.address,
				durationMs: event.durationMs,
				message: event.message,
				hint: event.hint ?? null,
				failure: failureDocument(event.failure),
			};
		case 'step-held-back':
			return {...base, address: event.address, durationMs: event.durationMs, reason: event.reason};
		case 'step-skipped':
			return {...base, address: event.address, reason: event.reason};
		case 'log':
			return {...base, address: event.address, stream: event.stream, text: event.text};
		case 'notice':
			return {...base, level: event.level, message: event.message};
		case 'apply-finished': {
			const {
				environment,
				outcome,
				durationMs,
				done,
				failed,
				heldBack = 0,
				skipped,
				urls,
				resources,
				keptVolumes,
			} = event.result;
			const counts = {durationMs, done, failed, heldBack, skipped};
			const hint = urls.some(({accessMode}) => accessMode === 'authenticated')
				? renderHint(signInHint, {environment})
				: null;
			return {...base, type: 'summary', outcome, ...counts, urls, hint, resources, keptVolumes};
		}
	}
}

/** The first line of `apply --json`: the plan. */
export const planLine = (plan: Plan): string => jsonLine({type: 'plan', plan: planDocument(plan)});

/** One event as a JSON line. The last event of an apply has the type `summary`. */
export const eventLine = (event: ApplyEvent): string => jsonLine(eventDocument(event));
