import {nameIn} from '../../model/address.ts';
import {actionsToApprove} from '../../plan/approval.ts';
import {type Action, type Plan, signOf} from '../../plan/plan.ts';

const filesIn = (plan: Plan, service: string): string[] =>
	plan.actions
		.filter(({object, address}) => object === 'image' && nameIn(address) === service)
		.flatMap(({changes}) => changes)
		.flatMap(({name}) => (name.startsWith('source.') ? [name.slice('source.'.length)] : []));

/** `source changed: 3 files` with the first of them: `source changed (3 files: src/a.ts …)`. */
function withFiles(reason: string, files: readonly string[]): string {
	const [, count] = /^source changed: (.*)$/.exec(reason) ?? [];
	if (count === undefined || files.length === 0) return reason;
	return `source changed (${count}: ${files[0]}${files.length > 1 ? ' …' : ''})`;
}

const isPart = ({object, address}: Action, all: readonly Action[]): boolean =>
	(object === 'image' || object === 'release') &&
	all.some(other => other.object === 'service' && nameIn(other.address) === nameIn(address));

/** What a plan does, in one line: its services, then what else changes. Unsanitised. */
export function planInOneLine(plan: Plan): string {
	const actions = actionsToApprove(plan);
	return actions
		.filter(action => !isPart(action, actions))
		.sort((a, b) => Number(b.object === 'service') - Number(a.object === 'service'))
		.map(action => {
			const {object, address, reasons} = action;
			const name = object === 'service' ? nameIn(address) : address;
			const files = object === 'service' || object === 'image' ? filesIn(plan, nameIn(address)) : [];
			return `${signOf(action)} ${name}  ${withFiles(reasons[0] ?? '', files)}`.trimEnd();
		})
		.join(', ');
}
