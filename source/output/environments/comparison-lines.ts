import {counted} from '../../counted.ts';
import {minuteText} from '../../model/lifetime.ts';
import {formatValue} from '../plan/value-text.ts';
import {sanitiseLine} from '../sanitise.ts';
import {
	type ComparedImage,
	type ComparedObject,
	type ComparedVariable,
	countDifferences,
	type EnvironmentComparison,
	isOtherImage,
} from './comparison.ts';

/** A line of a comparison. Texts are sanitised. */
export type ComparisonLine =
	| {readonly type: 'heading'; readonly text: string}
	| {readonly type: 'fact'; readonly label: string; readonly text: string; readonly isDifferent: boolean};

const fact = (label: string, text: string, isDifferent: boolean): ComparisonLine => ({
	type: 'fact',
	label: sanitiseLine(label),
	text,
	isDifferent,
});

const describeImage = ({name, builtAt}: ComparedImage): string =>
	sanitiseLine(builtAt === null ? name : `${name}, ${minuteText(builtAt)}`);

function imageLine({name, images: [from, to], relation}: ComparedObject, environments: readonly string[]) {
	const [first = '', second = ''] = environments.map(each => sanitiseLine(each));
	if (!from || !to || relation === undefined) {
		const image = from ?? to;
		return fact(name, `only in ${from ? first : second}${image ? `: ${describeImage(image)}` : ''}`, true);
	}
	if (relation === 'same') return fact(name, `= ${describeImage(from)}`, false);
	if (relation === 'same source')
		return fact(name, `= ${describeImage(from)}; ${second} has built the same source separately`, false);
	const words = {newer: `${second} is newer`, older: `${second} is older`, different: 'another image'} as const;
	return fact(name, `${describeImage(from)} → ${describeImage(to)}: ${words[relation]}`, true);
}

const isSecret = ({change}: ComparedVariable): boolean =>
	change.before.type === 'sensitive' && change.after.type === 'sensitive';

function valuesText(change: ComparedVariable['change'], environments: readonly string[]): string {
	const [first = '', second = ''] = environments.map(each => sanitiseLine(each));
	if (change.before.type === 'absent') return `only in ${second}: ${formatValue(change.after)}`;
	if (change.after.type === 'absent') return `only in ${first}: ${formatValue(change.before)}`;
	return `${formatValue(change.before)} → ${formatValue(change.after)}`;
}

function variableLines({name, variables}: ComparedObject, environments: readonly string[]): ComparisonLine[] {
	const different = variables.filter(({isEqual}) => isEqual !== true);
	const equal = variables.filter(({isEqual}) => isEqual === true);
	return [
		...different.map(variable => {
			const {change, isEqual} = variable;
			const text = !isSecret(variable)
				? valuesText(change, environments)
				: `(sensitive) ${isEqual === undefined ? 'cannot be compared' : 'differs'}`;
			return fact(name, `${sanitiseLine(change.name)}  ${text}`, true);
		}),
		...(equal.length === 0
			? []
			: [fact(name, `equal: ${equal.map(({change}) => sanitiseLine(change.name)).join(', ')}`, false)]),
	];
}

const section = (heading: string, lines: readonly ComparisonLine[]): ComparisonLine[] =>
	lines.length === 0 ? [] : [{type: 'heading', text: heading}, ...lines];

/** A comparison as lines: images, configuration, variables and routes, and how many differences there are. */
export function comparisonLines(comparison: EnvironmentComparison): readonly ComparisonLine[] {
	const {objects, routes, environments} = comparison;
	const count = countDifferences(comparison);
	const images = (kind: ComparedObject['kind']) =>
		objects.filter(object => object.kind === kind).map(object => imageLine(object, environments));
	const others = objects.filter(({relation}) => relation !== undefined && isOtherImage(relation)).length;
	return [
		...section('Services', images('service')),
		...section('Resources', images('resource')),
		...section(
			'Configuration',
			objects.flatMap(({name, changes}) =>
				changes.map(change => fact(name, `${sanitiseLine(change.name)}  ${valuesText(change, environments)}`, true)),
			),
		),
		...section(
			'Variables',
			objects.flatMap(object => variableLines(object, environments)),
		),
		...section(
			'Routes',
			routes.map(change => fact(change.name, valuesText(change, environments), true)),
		),
		{
			type: 'heading',
			text:
				count === 0
					? 'No differences.'
					: `${counted(count, 'difference')}${others === 0 ? '' : `, ${others} of them in images`}.`,
		},
	];
}
