import {describe, expect, it} from 'vitest';
import {renderPlanMarkdown} from '../../source/output/plan/plan-markdown.ts';
import type {Action} from '../../source/plan/plan.ts';
import {situations} from '../plan/situations.ts';
import {planOf} from '../plan/world.ts';

const chosen = [
	'first-deploy',
	'nothing',
	'destroy-with-data',
	'host-conflict-across',
	'certificate-not-issued',
	'promote',
] as const;

describe('a plan as Markdown', () => {
	it.each(chosen)('of %s is as recorded', async name => {
		await expect(renderPlanMarkdown(planOf(situations[name]!))).toMatchFileSnapshot(
			`../../snapshots/output/plan-markdown-${name}.md`,
		);
	});

	const hostile = (reason: string): string => {
		const plan = planOf(situations['source-changed']!);
		const actions = plan.actions.map(
			(action): Action => (action.kind === 'none' ? action : {...action, reasons: [reason]}),
		);
		return renderPlanMarkdown({...plan, actions});
	};

	it('lets no text of a project become markup, a mention or a link', () => {
		const [visible = ''] = hostile('@everyone see #1 <img src=x> | [x](http://evil) `code` *bold* ```').split(
			'<details>',
		);
		const row = visible.split('\n').find(line => line.includes('everyone'))!;
		expect(row).toContain('&#64;everyone see &#35;1 &#60;img src=x&#62; &#124; &#91;x&#93;(http&#58;//evil)');
		expect(row.match(/\|/g)).toHaveLength(4);
	});

	it('closes no code block before its end, however many backticks a text has', () => {
		const text = hostile('`````` ends here');
		const fence = /^(`+)text$/m.exec(text)![1]!;
		expect(fence.length).toBe(7);
		expect(text.split('\n').filter(line => line === fence)).toHaveLength(1);
	});

	it('is shorter than what a comment may have, and says what it left out', () => {
		const plan = planOf(situations['source-changed']!);
		const [action] = plan.actions.filter(({kind}) => kind !== 'none');
		const actions = Array.from({length: 3000}, (_, index) => ({...action!, address: `service.number-${index}`}));
		const text = renderPlanMarkdown({...plan, actions});
		expect(text.length).toBeLessThan(65_000);
		expect(text).toMatch(/… and \d+ more/);
		expect(text).toContain('The rest was left out.');
		expect(text.trimEnd().endsWith('</details>')).toBe(true);
	});
});
