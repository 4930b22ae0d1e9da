import fc from 'fast-check';
import {ways} from '../cut.ts';
import {type FailingCalls, failingCalls} from '../random-world.ts';
import {type ModelService, service, serviceNames} from './project.ts';

export const commandNames = [
	'plan',
	'apply',
	'hold',
	'promote',
	'discard',
	'rollback',
	'restart',
	'stop',
	'start',
	'rotate',
	'heal',
	'backup',
	'restore',
	'two applies',
] as const;

export type CommandName = (typeof commandNames)[number];

/** How a command loses its engine: at which of its changing calls, and in which of the `ways`. */
type Loss = {readonly call: number; readonly way: number};

export type Step =
	| {readonly type: 'service'; readonly name: string; readonly service: ModelService}
	| {readonly type: 'remove service'; readonly name: string}
	| {readonly type: 'resource'; readonly level: string}
	| {
			readonly type: 'container';
			readonly harm: 'remove' | 'stop' | 'leave' | 'rename' | 'replace';
			readonly pick: number;
	  }
	| {readonly type: 'networks' | 'router' | 'retag'}
	| FailingCalls
	| {
			readonly type: 'command';
			readonly name: CommandName;
			readonly only: string | null;
			/** Each set bit leaves out the action at its place. */
			readonly leftOut: number;
			readonly loss: Loss | null;
	  };

const serviceName = fc.constantFrom(...serviceNames);

const loss: fc.Arbitrary<Loss | null> = fc.oneof(
	fc.constant(null),
	fc.record({call: fc.integer({min: 1, max: 25}), way: fc.nat(ways.length - 1)}),
);

const command: fc.Arbitrary<Step> = fc.record({
	type: fc.constant('command'),
	name: fc.oneof(
		{weight: 5, arbitrary: fc.constant('apply' as const)},
		{weight: 8, arbitrary: fc.constantFrom(...commandNames)},
	),
	only: fc.oneof({weight: 4, arbitrary: fc.constant(null)}, {weight: 1, arbitrary: serviceName}),
	leftOut: fc.oneof({weight: 5, arbitrary: fc.constant(0)}, {weight: 1, arbitrary: fc.nat(255)}),
	loss,
});

const level = fc.constantFrom('info', 'debug', 'trace');

/** What happens to an environment, one after the other. */
export const step: fc.Arbitrary<Step> = fc.oneof(
	{weight: 8, arbitrary: command},
	{weight: 4, arbitrary: fc.record({type: fc.constant('service'), name: serviceName, service})},
	{weight: 1, arbitrary: fc.record({type: fc.constant('remove service'), name: serviceName})},
	{weight: 1, arbitrary: fc.record({type: fc.constant('resource'), level})},
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constant('container'),
			harm: fc.constantFrom('remove', 'stop', 'leave', 'rename', 'replace'),
			pick: fc.nat(20),
		}),
	},
	{weight: 1, arbitrary: fc.record({type: fc.constantFrom('networks', 'router', 'retag')})},
	{weight: 1, arbitrary: failingCalls},
);
