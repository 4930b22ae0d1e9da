/** Labels of every engine object that Compartment makes. Objects without `lineage`, `router` or `agent` are never changed. */
export const labels = {
	lineage: 'compartment.lineage',
	project: 'compartment.project',
	environment: 'compartment.environment',
	address: 'compartment.address',
	deployment: 'compartment.deployment',
	/** Hash of the specification, without any secret. */
	spec: 'compartment.spec',
	/** Id of the journaled write that made it: shows after a crash whether the write happened. */
	op: 'compartment.op',
	/** Time for which a scheduled run is due, in ISO 8601. */
	scheduled: 'compartment.scheduled',
	/** Serial of the state that made a container: a state with a lower serial is outdated. */
	serial: 'compartment.serial',
	/** Hosts of an exposed service, comma-separated, so that plans of other environments see which are taken. */
	hosts: 'compartment.hosts',
	/** What the state records of a container or volume beside its configuration, without values: see `record.ts`. */
	record: 'compartment.record',
	/** Marks objects of the router, which serves every environment of the engine. */
	router: 'compartment.router',
	/** Marks the container of the agent, and its image. */
	agent: 'compartment.agent',
	/** How the container of the agent was installed, as JSON, so that it can be replaced by an equal one. */
	agentInstallation: 'compartment.agent.installation',
} as const;

/**
 * Labels of built images. Separate from those of containers, because a container inherits the labels of its image, whoever
 * starts it.
 */
export const imageLabels = {
	lineage: 'compartment.image.lineage',
	project: 'compartment.image.project',
	environment: 'compartment.image.environment',
	address: 'compartment.image.address',
	op: 'compartment.image.op',
} as const;

const prefix = 'compartment.';

/**
 * The labels of a container made from an image. Every `compartment.*` label of the image is blanked unless the container
 * sets it, so that no image can claim a host or pass its container off as one of another environment.
 */
export const containerLabels = (
	own: Readonly<Record<string, string>>,
	image: Readonly<Record<string, string>>,
): Record<string, string> => ({
	...Object.fromEntries(
		Object.keys(image)
			.filter(key => key.startsWith(prefix))
			.map(key => [key, '']),
	),
	...own,
});

/** The hosts that a container claims. */
export const hostsIn = (own: Readonly<Record<string, string>>): string[] =>
	(own[labels.hosts] ?? '').split(',').filter(host => host !== '');

type ObjectLabels = {
	readonly lineage: string;
	readonly project: string;
	readonly environment: string;
	readonly address: string;
	readonly deployment?: string;
	readonly spec?: string;
	readonly op?: string;
	readonly serial?: number;
	readonly scheduled?: string | undefined;
	readonly record?: string;
};

/** The labels of one object. */
export function labelsOf(object: ObjectLabels): Record<string, string> {
	const result: Record<string, string> = {
		[labels.lineage]: object.lineage,
		[labels.project]: object.project,
		[labels.environment]: object.environment,
		[labels.address]: object.address,
	};
	if (object.deployment) result[labels.deployment] = object.deployment;
	if (object.spec) result[labels.spec] = object.spec;
	if (object.op) result[labels.op] = object.op;
	if (object.serial !== undefined) result[labels.serial] = String(object.serial);
	if (object.scheduled) result[labels.scheduled] = object.scheduled;
	if (object.record) result[labels.record] = object.record;
	return result;
}

/** The labels of a built image. */
export const imageLabelsOf = ({
	lineage,
	project,
	environment,
	address,
	op,
}: Required<Pick<ObjectLabels, 'lineage' | 'project' | 'environment' | 'address' | 'op'>>): Record<string, string> => ({
	[imageLabels.lineage]: lineage,
	[imageLabels.project]: project,
	[imageLabels.environment]: environment,
	[imageLabels.address]: address,
	[imageLabels.op]: op,
});
