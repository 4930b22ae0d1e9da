import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Occurrence} from '../../source/notify/notification.ts';

export const start = Date.UTC(2026, 0, 1);

export const secret = 'a-secret-of-many-characters';

/** A configuration folder of one test, and its queue. */
export function makeHome() {
	const home = mkdtempSync(join(tmpdir(), 'compartment-notify-'));
	onTestFinished(() => rmSync(home, {recursive: true, force: true}));
	return {env: {COMPARTMENT_CONFIG_HOME: home}, queue: join(home, 'notifications')};
}

export const occurrence = (patch: Partial<Occurrence> = {}): Occurrence => ({
	event: 'crash-loop',
	at: start,
	project: 'shop',
	environment: 'production',
	address: 'service.web',
	message: 'web exited five times in ten minutes',
	...patch,
});
