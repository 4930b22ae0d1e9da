import {checkStore} from '../../backup/store/check-store.ts';
import {findStore, withStore} from '../../backup/store/open-store.ts';
import type {StoreError} from '../../backup/store/store.ts';
import {untilInterrupted} from '../../console/watch-work.ts';
import {CancelledError, exitCodes, messageOf, UserError} from '../../errors.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {redactStore} from '../../settings/backup-stores.ts';
import {readSettings} from '../../settings/settings.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {hintText} from '../../workspace/invocation.ts';

async function findProblem(
	name: string,
	settings: Parameters<typeof withStore>[1]['settings'],
): Promise<UserError | undefined> {
	try {
		await untilInterrupted(signal => withStore(name, {settings, folder: process.cwd(), signal}, checkStore));
		return undefined;
	} catch (error) {
		if (error instanceof UserError && !(error instanceof CancelledError)) return error;
		throw error;
	}
}

/** `compartment backup store show NAME`: shows a store and whether backups can be written there. */
export async function backupStoreShow(name: string, flags: CommonFlags): Promise<number> {
	const {print} = createTerminal(flags);
	const settings = await readSettings();
	const store = findStore(settings, name);
	const problem = await findProblem(name, settings);
	const exitCode = problem ? exitCodes.error : exitCodes.done;
	if (isJson(flags)) {
		const failure = (problem as Partial<StoreError> | undefined)?.failure ?? null;
		const found = {isUsable: !problem, failure, problem: problem ? messageOf(problem) : null};
		process.stdout.write(jsonDocument({name, store: redactStore(store), ...found}));
		return exitCode;
	}
	const {url, endpoint, region, accessKeyId, profile} = store;
	const isS3 = url.startsWith('s3:');
	const rows: [string, string | undefined][] = [
		['Store', name],
		['URL', url],
		['Endpoint', endpoint],
		['Region', isS3 ? (region ?? 'us-east-1') : undefined],
		[
			'Access key',
			isS3
				? (accessKeyId ?? (profile ? `that of profile ${profile}` : 'that of AWS_ACCESS_KEY_ID or ~/.aws/credentials'))
				: undefined,
		],
		['Usable', problem ? `no: ${sanitiseText(messageOf(problem))}` : 'yes: it can be written, read and listed'],
		['', problem?.hint && hintText(problem.hint)],
	];
	print(rows.flatMap(([title, value]) => (value ? `${(title && `${title}:`).padEnd(12)}${value}` : [])).join('\n'));
	return exitCode;
}
