import {type Plan, signOf} from '../../plan/plan.ts';
import {renderHint} from '../../render-hint.ts';
import {plainPaint} from '../colour.ts';
import {unicodeGlyphs} from '../glyphs.ts';
import {sanitiseLine} from '../sanitise.ts';
import {modeWords} from './mode-words.ts';
import {planSummary, renderPlan} from './plan-text.ts';
import {nothingToDo} from './words.ts';

/** GitHub takes comments of 65,536 characters, GitLab longer ones. */
const longest = 60_000;
const columns = 100;

/** Text that means nothing to Markdown: no markup, mention, link to an issue, or end of a table's cell. */
const plainText = (text: string): string =>
	sanitiseLine(text).replace(/[&<>|`*_~[\]\\@#!$]|:(?=\/\/)/g, character => `&#${character.charCodeAt(0)};`);

/** A code block whose fence no line of the text can close. */
function codeBlock(text: string): string[] {
	const runs = text.match(/`+/g) ?? [];
	const fence = '`'.repeat(Math.max(3, ...runs.map(({length}) => length + 1)));
	return [`${fence}text`, text, fence];
}

const note = (kind: 'CAUTION' | 'WARNING', lines: readonly string[]): string[] =>
	lines.length === 0 ? [] : ['', `> [!${kind}]`, ...lines.map(line => `> ${line}`)];

function table(plan: Plan, room: number): string[] {
	const rows: string[] = [];
	let length = 0;
	const changing = plan.actions.filter(({kind}) => kind !== 'none');
	for (const action of changing) {
		const row = `| ${plainText(signOf(action))} | ${plainText(action.address)} | ${action.reasons.map(plainText).join('<br>')} |`;
		length += row.length + 1;
		if (length > room) return [...rows, `| | … and ${changing.length - rows.length} more | |`];
		rows.push(row);
	}
	return rows;
}

/** A plan for the comment of a pull request: counts, a table of what changes and why, and the whole plan folded away. */
export function renderPlanMarkdown(plan: Plan): string {
	const {project, environment, mode, services, warnings, drift, actions} = plan;
	const changing = actions.filter(({kind}) => kind !== 'none');
	const only = services?.length ? `only ${services.join(', ')}` : '';
	const heading = [`${project} › ${environment}`, modeWords[mode].heading || only].filter(part => part !== '');
	const lost = actions.filter(({deletesData}) => deletesData).map(({address}) => plainText(address));
	const blocked = actions.filter(({kind}) => kind === 'blocked').map(({address}) => plainText(address));
	const summary = changing.length === 0 ? sanitiseLine(nothingToDo(plan)) : planSummary(actions);
	const top = [
		`### Compartment plan: ${heading.map(plainText).join(', ')}`,
		'',
		`**${plainText(summary)}**`,
		...note('CAUTION', lost.length === 0 ? [] : [`Data will be permanently deleted: ${lost.join(', ')}`]),
		...note('CAUTION', blocked.length === 0 ? [] : [`Blocked, nothing runs: ${blocked.join(', ')}`]),
		...note(
			'WARNING',
			[...drift.map(({address, message}) => `${address}: ${message}`), ...warnings.map(each => renderHint(each, plan))]
				.slice(0, 20)
				.map(text => `- ${plainText(text)}`),
		),
	];
	if (changing.length === 0 && drift.length === 0) return `${top.join('\n')}\n`;
	const rows = table(plan, longest / 3);
	const list = rows.length === 0 ? [] : ['', '| | object | why |', '| - | - | - |', ...rows];
	const text = renderPlan(plan, {paint: plainPaint, glyphs: unicodeGlyphs, columns, isFull: false});
	const room = longest - [...top, ...list].join('\n').length - 500;
	const whole =
		text.length <= room
			? codeBlock(text)
			: [...codeBlock(text.slice(0, text.lastIndexOf('\n', Math.max(0, room)))), '', 'The rest was left out.'];
	return `${[...top, ...list, '', '<details><summary>The whole plan</summary>', '', ...whole, '', '</details>'].join('\n')}\n`;
}
