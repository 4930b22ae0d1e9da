import {UserError} from '../../errors.ts';
import type {Terminal} from '../../output/terminal.ts';
import {renderHint} from '../../render-hint.ts';
import {readOutputs} from '../../report/outputs.ts';
import type {State} from '../../state/state.ts';
import type {ObjectView, TabContent, TabName} from '../../ui/dashboard/data.ts';
import type {EngineConnection, Workspace} from '../../workspace/workspace.ts';
import {configurationOf} from './configuration.ts';
import {overviewOf, variablesOf} from './details.ts';
import {backupsOf, deploymentsOf} from './history.ts';

type Input = {
	readonly connection: EngineConnection;
	/** Undefined while compartment.yml cannot be read. */
	readonly workspace: Workspace | undefined;
	/** Why it cannot be read. */
	readonly trouble: UserError | undefined;
	readonly state: State | undefined;
	readonly environment: string;
	readonly object: ObjectView;
	readonly terminal: Terminal;
};

/** Reads the content of one tab of an object. */
export async function readTab(tab: TabName, input: Input): Promise<TabContent> {
	const {connection, workspace, trouble, state, environment, object, terminal} = input;
	try {
		switch (tab) {
			case 'logs':
				return {type: 'loading'};
			case 'overview':
				return overviewOf(state, object);
			case 'configuration':
				if (!workspace) return problemOf(trouble ?? new UserError('compartment.yml cannot be read.'), environment);
				return await configurationOf(workspace, object, terminal);
			case 'deployments':
				return await deploymentsOf(connection, state, object.name, Date.now());
			case 'variables':
				return variablesOf({project: workspace?.project, state, environment}, object);
			case 'outputs':
				return await outputsOf(input);
			case 'backups':
				return backupsOf({state, environment}, object.name, Date.now());
		}
	} catch (error) {
		if (error instanceof UserError) return problemOf(error, environment);
		throw error;
	}
}

const problemOf = ({message, hint = ''}: UserError, environment: string): TabContent => ({
	type: 'problem',
	message: `${message}\n${renderHint(hint, {environment})}`.trimEnd(),
});

async function outputsOf({workspace, state, object}: Input): Promise<TabContent> {
	const outputs =
		workspace && state?.resources[object.name] ? await readOutputs(workspace.project, state, object.name) : [];
	return {
		type: 'table',
		columns: [
			{title: 'OUTPUT', priority: 0},
			{title: 'CLASS', priority: 2},
			{title: 'VALUE', priority: 1, isFlexible: true},
		],
		empty: state?.resources[object.name] ? 'It has no outputs.' : 'Not deployed yet.',
		rows: outputs.map(({name, sensitivity, value}) => ({id: name, cells: [name, sensitivity, value ?? '<hidden>']})),
	};
}
