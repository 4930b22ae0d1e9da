import {stringify} from 'yaml';
import {UserError} from '../../errors.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {createTerminal, warn} from '../../output/terminal.ts';
import {unkeptSchedules} from '../../plan/schedules.ts';
import {readEngineRecord} from '../../state/engine-record.ts';
import {serviceUrl} from '../../state/urls.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {openWorkspace, readExistingState} from '../../workspace/workspace.ts';

/** `compartment environment show [NAME]`: shows what belongs to an environment, from its state. */
export async function environmentShow(name: string | undefined, flags: CommonFlags): Promise<void> {
	if (name !== undefined && flags.env !== undefined && name !== flags.env)
		throw new UserError(`Pass one environment: ${name}, or --env ${flags.env}.`);
	const terminal = createTerminal(flags);
	const workspace = await openWorkspace({...flags, env: name ?? flags.env});
	const state = await readExistingState(workspace);
	const record = readEngineRecord(state);
	const document = {
		project: state.project,
		environment: state.environment,
		folder: workspace.directory,
		engine: state.engine,
		machine: record?.machine ?? null,
		address: record?.engine.address ?? null,
		publicUrl: state.publicUrl ?? null,
		lineage: state.lineage,
		serial: state.serial,
		networks: state.networks,
		services: state.active,
		resources: Object.keys(state.resources),
		volumes: Object.fromEntries(Object.entries(state.volumes).map(([address, volume]) => [address, volume.name])),
		urls: Object.fromEntries(
			Object.keys(state.routes?.hosts ?? {}).map(host => [host, serviceUrl(state, host, workspace.settings)]),
		),
		lifetime: state.lifetime ?? null,
		updatedAt: state.updatedAt,
	};
	const {project} = workspace;
	const warnings = await unkeptSchedules(project, state, {...workspace, now: Date.now()});
	if (isJson(flags)) process.stdout.write(jsonDocument({...document, warnings}));
	else {
		terminal.print(sanitiseText(stringify(document).trimEnd()));
		warn(terminal, warnings);
	}
}
