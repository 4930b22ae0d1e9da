import {confirm} from '../../console/confirm.ts';
import type {Observed} from '../../engine/engine.ts';
import {observeOwn} from '../../engine/own-engine.ts';
import {EngineError, UserError} from '../../errors.ts';
import {again, command, hint} from '../../hint.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseLine} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {acceptState, type Offer, readOffer} from '../../state/accept.ts';
import {appendAudit} from '../../state/audit.ts';
import {acquireLock} from '../../state/lock.ts';
import {isOnEngine} from '../../state/place.ts';
import type {State} from '../../state/state.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';
import {findCopy} from '../../workspace/state-place.ts';
import {openWorkspace, type Workspace} from '../../workspace/workspace.ts';

type TrustFlags = CommonFlags & {readonly autoApprove?: boolean};

const secretsOf = (state: State): number =>
	state.variables.filter(({isSensitive}) => isSensitive).length + (state.access ? 1 : 0);

/** The names of a state's objects on the engine; null when the engine does not answer. */
async function findObjects({engine}: Workspace, state: State) {
	let observed: Observed;
	try {
		observed = await observeOwn(engine, state);
	} catch (error) {
		if (error instanceof EngineError) return null;
		throw error;
	}
	const names = (objects: readonly {readonly name: string}[]) => objects.map(({name}) => name).sort();
	const {containers, volumes, networks} = observed;
	return {containers: names(containers), volumes: names(volumes), networks: names(networks)};
}

function describeOffer(
	{state, why, earlier, pending, ownRecipient}: Offer,
	objects: Awaited<ReturnType<typeof findObjects>>,
) {
	return {
		project: state.project,
		environment: state.environment,
		lineage: state.lineage,
		serial: state.serial,
		updatedAt: state.updatedAt,
		reason: why ?? null,
		earlierStates: earlier,
		interrupted: pending.map(({address, intent}) => ({address, operation: intent.type})),
		objects,
		secrets: secretsOf(state),
		recipients: state.recipients,
		isRecipient: ownRecipient !== undefined && state.recipients.includes(ownRecipient),
	};
}

type Description = ReturnType<typeof describeOffer>;

const listed = (title: string, names: readonly string[]): string[] => [
	`  ${title}: ${names.length === 0 ? 'none' : names.length}`,
	...names.map(name => `    ${name}`),
];

function renderOffer(offer: Description, ownRecipient: string | undefined): string {
	const {objects, interrupted, recipients} = offer;
	const lines = [
		`State of environment ${offer.environment} of project ${offer.project}, serial ${offer.serial}, written ${offer.updatedAt}.`,
		`It is not trusted: it ${offer.reason}.`,
		'',
		...(objects
			? [
					'On this engine it would own',
					...listed('containers', objects.containers),
					...listed('volumes', objects.volumes),
					...listed('networks', objects.networks),
				]
			: ['The engine does not answer, so the objects it would own are unknown.']),
		'',
		`It holds ${offer.secrets} sensitive ${offer.secrets === 1 ? 'value' : 'values'}, and encrypts for`,
		...(recipients.length === 0
			? ['  the user who sets the first one']
			: recipients.map(recipient => `  ${recipient}${recipient === ownRecipient ? ' (you)' : ''}`)),
		...(recipients.length > 0 && !offer.isRecipient ? ['You are not a recipient; any of them can add you.'] : []),
		...(interrupted.length > 0
			? [
					'',
					'Left by an interrupted command, for the next one to finish or undo',
					...interrupted.map(({address, operation}) => `  ${address}: ${operation}`),
				]
			: []),
		'',
	];
	return lines.map(line => sanitiseLine(line)).join('\n');
}

/**
 * `compartment state trust`: shows what a foreign state would own and who can read its values, asks, and trusts it from
 * then on. Changes nothing on the engine.
 */
export async function stateTrust(flags: TrustFlags): Promise<void> {
	const {print, isInteractive} = createTerminal(flags);
	const workspace = await openWorkspace(flags);
	const {directory, environment} = workspace;
	await findCopy(workspace);
	const offer = await readOffer(directory);
	if (!offer) throw new UserError(`Environment ${environment} has no state in ${directory}.`, {hint: command('apply')});
	const description = describeOffer(offer, await findObjects(workspace, offer.state));
	const finish = (text: string) =>
		isJson(flags) ? void process.stdout.write(jsonDocument({...description, isTrusted: true})) : print(text);
	if (!offer.why) return finish(`The state of ${sanitiseLine(environment)} is already trusted.`);
	const canSign = offer.key !== undefined || Boolean(process.env['COMPARTMENT_PASSPHRASE']);
	if (isOnEngine(directory) && !canSign)
		throw new UserError(
			`The state of environment ${environment} is on the engine, and its key is not sealed for you. Another key would lock out everybody who has it.`,
			{
				hint: hint`Let somebody who can read it run ${command('variable recipients add', offer.ownRecipient ?? 'age1…')}`,
			},
		);
	if (!isJson(flags)) print(renderOffer(description, offer.ownRecipient));
	if (!flags.autoApprove) {
		if (!isInteractive)
			throw new UserError('Cannot ask for approval without a terminal.', {hint: again('--auto-approve')});
		await confirm('Trust it?');
	}
	const lock = await acquireLock(directory, {operation: 'state trust', waitMs: flags.lockTimeout});
	try {
		acceptState(directory, offer);
		const details = {lineage: offer.state.lineage, serial: offer.state.serial};
		appendAudit(directory, {type: 'state.trusted', status: 'succeeded', target: environment, details});
	} finally {
		await lock.release();
	}
	const earlier =
		offer.earlier > 0 ? `, with ${offer.earlier} ${offer.earlier === 1 ? 'state' : 'states'} of its history` : '';
	finish(
		`Trusted the state of ${sanitiseLine(environment)}${earlier}. Show the difference: ${hintText(command('plan'))}`,
	);
}
