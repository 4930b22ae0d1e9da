import {command, hint} from '../../hint.ts';
import {comparisonLines} from '../../output/environments/comparison-lines.ts';
import {renderHint} from '../../render-hint.ts';
import {readComparison} from '../../report/read-comparison.ts';
import type {PageLine, TabContent} from '../../ui/dashboard/data.ts';
import type {Files} from '../world.ts';

type Side = Pick<Files['environments'][number], 'name' | 'state'>;

/** What differs between two environments, as a page. */
export async function readComparisonTab(from: Side, to: Side): Promise<TabContent> {
	const missing = [from, to].find(({state}) => !state);
	if (missing)
		return {
			type: 'problem',
			message: renderHint(hint`${missing.name} has not been deployed yet: ${command('apply')}`, {
				environment: missing.name,
			}),
		};
	const comparison = await readComparison(from.state!, to.state!);
	const lines = comparisonLines(comparison).map(
		(line): PageLine =>
			line.type === 'heading'
				? line
				: {type: 'fact', label: line.label, text: line.text, tone: line.isDifferent ? 'warning' : 'quiet'},
	);
	const warnings = comparison.warnings.map((text): PageLine => ({type: 'fact', label: '', text, tone: 'warning'}));
	return {type: 'page', lines: [...lines, ...warnings]};
}
