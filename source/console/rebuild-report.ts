import {counted} from '../counted.ts';
import {command, hint} from '../hint.ts';
import {sanitiseLine} from '../output/sanitise.ts';
import {type Column, renderTable} from '../output/table.ts';
import type {Terminal} from '../output/terminal.ts';
import type {Rebuilt, RebuiltObject} from '../rebuild/rebuilt.ts';
import type {Role} from '../rebuild/roles.ts';
import {shellWord} from '../shell-word.ts';
import type {State} from '../state/state.ts';
import {hintText} from '../workspace/invocation.ts';

const roleNames: Readonly<Record<Role, string>> = {
	active: 'active',
	stopped: 'active, stopped',
	held: 'held',
	draining: 'interrupted',
	unfinished: 'interrupted',
	retired: 'previous',
	failed: 'failed',
};

const columns: readonly Column<RebuiltObject>[] = [
	{title: 'OBJECT', value: ({address}) => sanitiseLine(address)},
	{title: 'STATE', value: ({role}) => (role ? roleNames[role] : '')},
	{title: 'FROM', value: ({from}) => sanitiseLine(from)},
	{title: 'VALUES READ BACK', value: ({read}) => sanitiseLine(read.join(', '))},
];

const listOf = (names: readonly string[]): string => names.map(name => sanitiseLine(name)).join(', ');

/** What nothing on the engine records. */
const lostParts = [
	'history of deployments and job runs',
	'records of backups',
	'other recipients of sensitive values',
	'requests for certificates',
	'unfinished restores and release commands',
	'lifetime',
	'public URL',
	'variables that no container has',
];

/** What the user has to know beside the table, one paragraph each. */
function remarksOn(rebuilt: Rebuilt): readonly string[] {
	const {unreadable, adopted, missing, changedPasswords, lostCertificates, access, objects} = rebuilt;
	const jobs = objects.filter(({address, from}) => address.startsWith('service.') && from === 'compartment.yml');
	return [
		...(unreadable.length > 0
			? [
					`${counted(unreadable.length, 'object')} without a readable record stay out of the state: ${listOf(unreadable)}. The next plan shows what becomes of them; volumes keep their data.`,
				]
			: []),
		...adopted.map(({resource, containerName}) => {
			const name = `${resource}-adopted`;
			const again = hint`docker rename ${shellWord(containerName)} ${shellWord(name)}; ${command('adopt', `${name}=${resource}`)}`;
			return `Resource ${sanitiseLine(resource)} was adopted in place, so its container has no engine labels and stays out of the state. Adopt it again before an apply: ${hintText(again)}`;
		}),
		...(jobs.length > 0
			? [
					`Jobs have no container between their runs. These are recorded as compartment.yml declares them now, without variables that only they have: ${listOf(jobs.map(({address}) => address))}.`,
				]
			: []),
		...(changedPasswords.length > 0
			? [
					`Changed since the container of its database was made, and read from the services that use it: ${listOf(changedPasswords)}.`,
				]
			: []),
		...(missing.length > 0 ? [`Not in the configuration of the container, to be set again: ${listOf(missing)}.`] : []),
		...(lostCertificates.length > 0
			? [`Certificates that cannot be read, to be added again: ${listOf(lostCertificates)}.`]
			: []),
		...(access === 'new'
			? ['The access password is replaced by a new one, because the router has only a hash of it. Sign-in links end.']
			: []),
		...(access === 'later'
			? ['The next apply makes a new access password, because the router has only a hash of it.']
			: []),
		`Not rebuilt, because nothing on the engine records it: ${lostParts.join(', ')}.`,
	];
}

/** What will be recorded, before anything is written. @param present a state without objects that is replaced */
export function rebuiltLines(rebuilt: Rebuilt, present: State | undefined, {paint}: Pick<Terminal, 'paint'>): string[] {
	const {state, objects, variables} = rebuilt;
	const values = variables.filter(({isSensitive}) => isSensitive).length;
	return [
		`Environment ${sanitiseLine(state.environment)} of project ${sanitiseLine(state.project)}, lineage ${state.lineage}.`,
		'',
		renderTable(columns, objects, {titleStyle: paint.dim, indent: '  '}),
		'',
		`${counted(values, 'sensitive value')} of ${counted(variables.length, 'variable')} will be read from the configuration of containers and sealed for you.`,
		...(present
			? [
					`The state in this folder has ${counted(present.variables.length, 'variable')} and no objects. It is replaced, and kept in its history.`,
				]
			: []),
		...remarksOn(rebuilt),
		'',
	];
}

/** What was done, and what to do next. */
export function finalLines({access}: Pick<Rebuilt, 'access'>, serial: number): string[] {
	const password = hint`The access password is new. Show it with its sign-in links: ${command('access show')}`;
	return [
		...(access === 'new' ? [hintText(password)] : []),
		hintText(hint`Rebuilt the state as serial ${String(serial)}. Show the difference: ${command('plan')}`),
	];
}

/** The same for programs. Never contains a value. */
export const describeRebuilt = ({state, objects, variables, certificates: _, ...rebuilt}: Rebuilt) => ({
	project: state.project,
	environment: {name: state.environment},
	lineage: state.lineage,
	objects: objects.map(({address, from, read, role}) => ({address, from, valuesRead: read, role: role ?? null})),
	variables: variables.length,
	unreadable: rebuilt.unreadable,
	adoptedInPlace: rebuilt.adopted,
	missing: rebuilt.missing,
	changedPasswords: rebuilt.changedPasswords,
	lostCertificates: rebuilt.lostCertificates,
	accessPassword: rebuilt.access,
	notRebuilt: lostParts,
});
