import {serviceAddress} from '../model/address.ts';
import {newestDeployments} from '../report/deployments.ts';
import type {Deployment, State} from '../state/state.ts';
import type {DeploymentView, Tone} from '../ui/dashboard/data.ts';

type DeploymentState = {readonly word: string; readonly tone: Tone};

/** A deployment's state in one word. */
export function stateOfDeployment(state: State, {id, service, status, stage, isHeld}: Deployment): DeploymentState {
	if (state.active[service] === id) return {word: 'active', tone: 'good'};
	if (isHeld && stage === 'candidate') return {word: 'candidate', tone: 'busy'};
	if (status === 'failed') return {word: 'failed', tone: 'bad'};
	return {word: status === 'succeeded' ? 'previous' : status, tone: 'quiet'};
}

/** Every deployment of an environment, the newest first. */
export const viewDeployments = (state: State): DeploymentView[] =>
	newestDeployments(state, undefined).map(deployment => {
		const {id, service} = deployment;
		return {id, service, address: serviceAddress(service), word: stateOfDeployment(state, deployment).word};
	});
