import {writeFileSync} from 'node:fs';
import chalk from 'chalk';
import {test} from 'vitest';
import {screenToSvg} from '../../scripts/pictures/svg.ts';
import type {ApplyEvent} from '../../source/apply/events.ts';
import {ApplyScreen} from '../../source/ui/screens/apply.tsx';
import {ApproveScreen} from '../../source/ui/screens/approve.tsx';
import {createApplyStore} from '../../source/ui/stores/apply-store.ts';
import {createApproveStore} from '../../source/ui/stores/approve-store.ts';
import {failure, type Happening, log, untilServices} from './apply-events.ts';
import {createManualClock} from './manual-clock.ts';
import {blockedChange, dataDeletion, firstDeploy} from './plans.ts';
import {draw} from './screen.ts';

chalk.level = 1;
const place = {project: 'notes', environment: 'production', engine: 'docker 20.10.24'};
const lines = [
	'> api@1.0.0 start',
	'> node server.js',
	'connecting to db.production.notes.resource.internal:5432',
	'\u001B[32mconnected\u001B[0m in 14 ms',
	'running migrations: 001-notes, 002-tags',
	'listening on port 3000',
	'GET /healthz 503 warming the cache (1 of 3)',
	'GET /healthz 503 warming the cache (2 of 3)',
];
async function apply(name: string, size: object, extra: Happening[], isDark = true, keys = '') {
	const clock = createManualClock();
	const store = createApplyStore({clock, onCancel: () => {}});
	const screen = draw(<ApplyScreen store={store} place={place} clock={clock} isColoured />, size);
	for (const event of [...untilServices(), ...lines.map(l => log('service.api', l)), ...extra])
		store.emit({...event, at: clock.now()} as ApplyEvent);
	clock.advance(12_400);
	if (keys) await screen.press(keys);
	await screen.text();
	writeFileSync(`/tmp/pics/${name}.svg`, screenToSvg(screen.terminal, {title: 'compartment apply', isDark}));
}
async function approve(name: string, plan: ReturnType<typeof firstDeploy>, keys: string, isDark = true) {
	const store = createApproveStore(plan, () => 'x');
	const screen = draw(<ApproveScreen store={store} />, {before: '$ compartment apply\n\n'}, {alternateScreen: false});
	await screen.press(keys);
	writeFileSync(`/tmp/pics/${name}.svg`, screenToSvg(screen.terminal, {title: 'compartment apply', isDark}));
}
test('pictures', async () => {
	await apply('apply-dark', {columns: 100, rows: 30}, []);
	await apply('apply-wide', {columns: 140, rows: 30}, []);
	await apply('apply-light', {columns: 100, rows: 30}, [failure], false);
	await apply('apply-cancel', {columns: 100, rows: 30}, [], true, '\u0003\t');
	await approve('approve', firstDeploy(), '\u001B[A\u001B[A\u001B[A\u001B[A ');
	await approve('approve-light', blockedChange(), 'k', false);
	await approve('confirm', dataDeletion(), 'yproduction/d');
});
