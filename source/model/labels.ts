/** Labels that every engine object of ours carries. Nothing without `lineage` (or `router`) is ever changed. */
export const labels = {
	lineage: 'compartment.lineage',
	project: 'compartment.project',
	environment: 'compartment.environment',
	address: 'compartment.address',
	deployment: 'compartment.deployment',
	/** Hash of the specification, without any secret. */
	spec: 'compartment.spec',
	/** Operation id of the journal: after a crash it tells whether the operation happened. */
	op: 'compartment.op',
	/** Serial of the state that made a container: a state with a lower one is older than what runs. */
	serial: 'compartment.serial',
	/** Hosts of an exposed service's container, comma-separated: lets a plan of another environment see what is taken. */
	hosts: 'compartment.hosts',
	/** Marks what belongs to the router, which serves every environment of the engine. */
	router: 'compartment.router',
} as const;

/**
 * Labels of the images that are built. They differ from those of containers, because a container inherits its image's
 * labels, whoever starts it.
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
 * The labels of a container that is made from an image: what the image says in our name is blanked, unless the container
 * says it itself. So no image claims a host, or makes a container look like one of another environment.
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
	return result;
}

/** The labels of an image that is built. */
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
