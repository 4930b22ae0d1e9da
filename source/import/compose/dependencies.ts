import {isMap} from '../../descriptor/rules/raw.ts';
import {command, hint} from '../../hint.ts';
import type {Cursor} from '../cursor.ts';
import type {Translation} from './translation.ts';

export type Dependency = {readonly on: string; readonly isCompleted: boolean; readonly cursor: Cursor};

/** What a service waits for, in both forms. */
export function dependenciesOf(service: Cursor): readonly Dependency[] {
	const depends = service.get('depends_on');
	if (!depends) return [];
	if (!isMap(depends.value))
		return depends.items().map(cursor => ({on: cursor.text() ?? '', isCompleted: false, cursor}));
	return depends.entries().map(([on, cursor]) => ({
		on,
		isCompleted: cursor.get('condition')?.text() === 'service_completed_successfully',
		cursor,
	}));
}

/** Accounts for `depends_on`: a resource that the service connects to is waited for, and nothing else is. */
export function checkDependencies(
	service: Cursor,
	{resources, services}: Translation,
	connected: ReadonlySet<string>,
): void {
	for (const {on, isCompleted, cursor} of dependenciesOf(service)) {
		const here = services.find(({written}) => written === on)?.name ?? on;
		const resource = resources.find(({name}) => name === here);
		if (resource && connected.has(here)) cursor.carry();
		else if (resource)
			cursor.note(
				'missing',
				`no variable of this service names ${here}, whose host is an output here: connections: {${here}: {env: {DB_HOST: host}}}`,
			);
		else if (isCompleted)
			cursor.note(
				'missing',
				hint`services do not wait for each other: run it with ${command('job run', here)}, or as release: {command: …}`,
			);
		else cursor.note('omitted', 'services do not wait for each other: a program has to try again');
	}
}
