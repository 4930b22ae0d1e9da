import {createSecretReader} from '../apply/secret-reader.ts';
import type {ReadonlyEngine} from '../engine/engine.ts';
import {messageOf, UserError} from '../errors.ts';
import {command, type Hint, hint, joinHints} from '../hint.ts';
import {sanitiseText} from '../output/sanitise.ts';
import type {Terminal} from '../output/terminal.ts';
import {renderHint} from '../render-hint.ts';
import {appendAudit} from '../state/audit.ts';
import type {State} from '../state/state.ts';

type Logs = Pick<ReadonlyEngine, 'logs'>;
type Change = (text: string) => string;

const withText = (engine: Logs, change: Change): Logs => ({
	async *logs(container, options) {
		for await (const lines of engine.logs(container, options))
			yield lines.map(line => {
				const text = change(line.text);
				return text === line.text ? line : {...line, text};
			});
	},
});

async function readMask(state: State): Promise<Change> {
	const secrets = createSecretReader(() => state);
	await secrets.readAll();
	return secrets.mask;
}

type RawLogsOptions = {
	readonly state: State;
	/** State folder of the environment. */
	readonly directory: string;
	readonly inform: Terminal['inform'];
};

/** Records in the audit that someone read unmasked logs. */
export function noteRawLogs({state, directory, inform}: RawLogsOptions): void {
	const target = state.environment;
	const warning = appendAudit(directory, {type: 'logs.revealed', status: 'succeeded', target, details: {}});
	if (warning) inform(`Warning: ${sanitiseText(warning)}`);
}

/**
 * Hides an environment's sensitive values in its logs.
 * @param rawCommand command line that shows the raw log
 * @throws UserError when the sensitive values cannot be read, and so not hidden
 */
export async function hideSecrets(engine: Logs, state: State, rawCommand: Hint): Promise<Logs> {
	try {
		return withText(engine, await readMask(state));
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		throw new UserError(`Sensitive values cannot be hidden in this log. ${error.message}`, {
			hint: joinHints([hint`Show the raw log: ${rawCommand}`, ...(error.hint === undefined ? [] : [error.hint])], '\n'),
		});
	}
}

/**
 * Like `hideSecrets`, for a screen that stays open: reads the values again when the state changes. If they cannot be
 * read, hides every line.
 */
export function hideSecretsOnScreen(engine: Logs, currentState: () => State | undefined): Logs {
	let known: {readonly serial: number; readonly change: Promise<Change>} | undefined;
	const hideAll = (error: unknown, environment: string): Change => {
		const [reason] = messageOf(error).split('\n');
		const raw = renderHint(command('logs', '--raw'), {environment});
		return () => `‹hidden: ${reason}; raw log: ${raw}›`;
	};
	return {
		async *logs(container, options) {
			const state = currentState();
			if (state && state.serial !== known?.serial)
				known = {serial: state.serial, change: readMask(state).catch(error => hideAll(error, state.environment))};
			yield* withText(engine, (await known?.change) ?? String).logs(container, options);
		},
	};
}
