import {stringify} from 'yaml';
import {messageOf, UserError} from '../../errors.ts';
import {jsonDocument} from '../../output/json.ts';
import {sanitiseText} from '../../output/sanitise.ts';
import {createTerminal} from '../../output/terminal.ts';
import {findMachine, readSettings} from '../../settings/settings.ts';
import {listEngineRecords} from '../../state/engine-record.ts';
import {engineOf} from '../../workspace/choose-engine.ts';
import {type CommonFlags, isJson} from '../../workspace/flags.ts';
import {connectTo, type EngineConnection} from '../../workspace/workspace.ts';
import {environmentsOn} from './list.ts';

/** What the machine's engine says of itself, or why it says nothing. */
async function ask({engine}: EngineConnection, known: string | undefined) {
	try {
		const {id, version, operatingSystem, hasBuildKit} = await engine.info();
		const isOther = known !== undefined && known !== id;
		return {version, operatingSystem, hasBuildKit, problem: isOther ? 'another engine answers at this address' : null};
	} catch (error) {
		if (!(error instanceof UserError)) throw error;
		return {version: null, operatingSystem: null, hasBuildKit: null, problem: messageOf(error)};
	}
}

/** `compartment machine show NAME`: shows what is known of a machine, and asks its engine. */
export async function machineShow(name: string, flags: CommonFlags): Promise<void> {
	const {print} = createTerminal(flags);
	const {machines} = await readSettings();
	const machine = findMachine(name, machines);
	const connection = await connectTo(engineOf(name, machine));
	const {listen, port, tlsPort} = connection.router;
	const document = {
		name,
		address: machine.address,
		certificates: machine.certificates ?? null,
		engine: {id: machine.engine ?? null, ...(await ask(connection, machine.engine))},
		baseDomain: connection.settings.baseDomain,
		router: {listen, port, tlsPort},
		environments: environmentsOn(name, listEngineRecords()),
	};
	if (isJson(flags)) process.stdout.write(jsonDocument(document));
	else print(sanitiseText(stringify(document).trimEnd()));
}
