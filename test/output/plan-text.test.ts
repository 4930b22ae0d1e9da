import {describe, expect, it} from 'vitest';
import {createPaint, plainPaint} from '../../source/output/colour.ts';
import {asciiGlyphs, unicodeGlyphs} from '../../source/output/glyphs.ts';
import {type PlanTextOptions, planSummary, renderPlan} from '../../source/output/plan/plan-text.ts';
import {displayWidth} from '../../source/output/width.ts';
import type {Plan} from '../../source/plan/plan.ts';
import * as plans from './plans.ts';

const defaults: PlanTextOptions = {paint: plainPaint, glyphs: unicodeGlyphs, columns: 80, isFull: false};
const coloured = createPaint({stream: {isTTY: true}, env: {TERM: 'xterm'}});

const cases: readonly [name: string, plan: Plan, options?: Partial<PlanTextOptions>][] = [
	['first-deploy', plans.firstDeploy],
	['no-changes', plans.noChanges],
	['source-change', plans.sourceChange],
	['env-change', plans.envChange],
	['env-change-full', plans.envChange, {isFull: true}],
	['env-change-coloured', plans.envChange, {paint: coloured}],
	['drift-repair', plans.driftRepair],
	['blocked', plans.blockedPlan],
	['destroy-with-data', plans.destroyWithData],
	['refresh-only', plans.refreshOnly],
	['first-deploy-ascii', plans.firstDeploy, {glyphs: asciiGlyphs}],
	['env-change-ascii', plans.envChange, {glyphs: asciiGlyphs}],
	['env-change-60-columns', plans.envChange, {columns: 60}],
	['blocked-60-columns', plans.blockedPlan, {columns: 60}],
];

describe('the text of a plan', () => {
	it.each(cases)('looks as recorded: %s', async (name, plan, options) => {
		const text = renderPlan(plan, {...defaults, ...options});
		await expect(`${text}\n`).toMatchFileSnapshot(`../../snapshots/output/plan-${name}.txt`);
	});

	it.each(cases.filter(([, , options]) => !options?.isFull))('stays within its columns: %s', (_, plan, options) => {
		const {columns = 80} = options ?? {};
		const lines = renderPlan(plan, {...defaults, ...options}).split('\n');
		// Only what must be copied whole may be longer: the way out, and the last line.
		const tooLong = lines.filter(line => displayWidth(line) > columns && !/^(?: +(?:→|->)|Plan:) /.test(line));
		expect(tooLong).toEqual([]);
		expect(lines.filter(line => line.endsWith(' '))).toEqual([]);
	});

	it('is pure ASCII with ASCII glyphs', () => {
		for (const plan of [plans.firstDeploy, plans.envChange, plans.blockedPlan, plans.driftRepair])
			expect(renderPlan(plan, {...defaults, glyphs: asciiGlyphs})).toMatch(/^[\x20-\x7e\n]*$/);
	});

	it('is the same with and without colour', () => {
		const text = renderPlan(plans.envChange, {...defaults, paint: coloured});
		expect(text).toContain('\x1b[');
		expect(text.replaceAll(/\x1b\[\d+m/g, '')).toBe(renderPlan(plans.envChange, defaults));
	});

	it('names a partial deploy', () => {
		expect(renderPlan(plans.sourceChange, defaults)).toMatch(
			/^compartment plan · internal-tools › production · only web\n/,
		);
	});

	it('counts run and blocked only when there are some', () => {
		expect(planSummary([])).toBe('Plan: 0 to create, 0 to update, 0 to replace, 0 to delete.');
		expect(planSummary(plans.firstDeploy.actions)).toBe(
			'Plan: 9 to create, 0 to update, 0 to replace, 0 to delete, 1 to run.',
		);
		expect(planSummary(plans.blockedPlan.actions)).toBe(
			'Plan: 0 to create, 0 to update, 1 to replace, 0 to delete, 2 blocked.',
		);
	});

	it('ends with a sentence when there is nothing to do', () => {
		const last = (plan: Plan) => renderPlan(plan, defaults).split('\n').at(-1);
		expect(last(plans.noChanges)).toBe('No changes. production matches compartment.yml.');
		expect(last(plans.plan({mode: 'destroy'}))).toBe('Nothing to destroy. production has no objects.');
		expect(last(plans.plan({mode: 'refresh-only'}))).toBe('No drift. production matches its state.');
	});

	it('never lets untrusted text control the terminal or hide a difference', () => {
		const hostile = '\x1b]52;c;cm0gLXJm\x07\x1b[2Jok\u202e\u200b\r';
		const text = renderPlan(
			plans.plan({
				project: `shop${hostile}`,
				drift: [{address: `service.${hostile}`, message: hostile}],
				warnings: [hostile],
				actions: [
					plans.action({
						address: `service.${hostile}`,
						object: 'service',
						kind: 'replace',
						reasons: [hostile],
						changes: [plans.change('env.A', 'same', 'same\u200b'), plans.change(`env.${hostile}`, 'x', hostile)],
					}),
					plans.action({
						address: 'a',
						object: 'volume',
						kind: 'blocked',
						reasons: [hostile],
						unblock: `run ${hostile}`,
					}),
				],
			}),
			defaults,
		);
		expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]/);
		expect(text).toContain('"same" → "same\\u{200b}"');
	});

	it('hides a value that becomes sensitive', () => {
		const text = renderPlan(plans.envChange, defaults);
		expect(text).not.toContain('letmein');
		expect(text).toContain('~ env.API_TOKEN       (sensitive)');
	});

	it('shows the part of two long values that differs', () => {
		const long = 'x'.repeat(200);
		const text = renderPlan(
			plans.plan({
				actions: [
					plans.action({
						address: 'service.web',
						object: 'service',
						kind: 'update',
						reasons: ['A changed'],
						changes: [plans.change('env.A', `${long}1`, `${long}2`)],
					}),
				],
			}),
			defaults,
		);
		expect(text).toContain(`…${'x'.repeat(12)}1"`);
		expect(text).toContain(`…${'x'.repeat(12)}2"`);
	});

	it('replaces symbols in route rules, but not in values of the user', () => {
		const changes = [plans.change('rules.web', null, '/api/* → api'), plans.change('host.web', null, 'a→b')];
		const action = plans.action({address: 'routes', object: 'routes', kind: 'create', reasons: ['first'], changes});
		const text = renderPlan(plans.plan({actions: [action]}), {...defaults, glyphs: asciiGlyphs});
		expect(text).toContain('"/api/* -> api"');
		expect(text).toContain('"a→b"');
	});

	it('shows that only the trailing newline differs', () => {
		const text = renderPlan(
			plans.plan({
				actions: [
					plans.action({
						address: 'service.web',
						object: 'service',
						kind: 'update',
						reasons: ['A changed'],
						changes: [plans.change('env.A', 'a\nb', 'a\nb\n')],
					}),
				],
			}),
			defaults,
		);
		expect(text).toContain('+ (trailing newline)');
	});
});
