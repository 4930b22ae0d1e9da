const when = (field: string, values: readonly string[]) => ({
	properties: {[field]: {enum: values}},
	required: [field],
});

const ifThen = (condition: object, consequence: object, otherwise?: object) => ({
	if: condition,
	// biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
	then: consequence,
	...(otherwise && {else: otherwise}),
});

const staticService = {
	required: ['build'],
	properties: {
		build: {required: ['outputDirectory'], properties: {strategy: false}},
		...{run: false, readiness: false, release: false, image: false, dockerfile: false, context: false, volumes: false},
	},
};

const noOutputDirectory = {properties: {build: {properties: {outputDirectory: false}}}};

/** The rules between a service's fields as JSON Schema; rules/service.ts checks the same rules with messages. */
export const serviceConditions = {
	oneOf: [{required: ['path']}, {required: ['image']}],
	allOf: [
		ifThen(when('kind', ['static']), staticService, noOutputDirectory),
		ifThen(when('kind', ['job', 'cron']), {
			properties: {volumes: {additionalProperties: {properties: {exclusive: {const: false}}}}},
		}),
		ifThen(when('kind', ['cron']), {}, {properties: {schedule: false}}),
		ifThen(when('kind', ['worker', 'job', 'cron']), {properties: {domain: false}}),
		ifThen({...when('kind', ['api']), ...{required: ['kind', 'domain']}}, {...when('accessMode', ['public'])}),
		ifThen({required: ['image']}, {properties: {build: false, dockerfile: false, context: false}}),
		ifThen(
			{properties: {build: when('strategy', ['dockerfile'])}, required: ['build']},
			{properties: {run: {properties: {command: false}}}},
		),
		ifThen(
			{required: ['dockerfile']},
			{
				properties: {
					build: {properties: {strategy: {enum: ['auto', 'dockerfile']}, command: false, packages: false}},
					run: {properties: {command: false}},
				},
			},
		),
		ifThen({required: ['context']}, {properties: {build: {properties: {strategy: {enum: ['auto', 'dockerfile']}}}}}),
	],
	$comment:
		'dockerfile and context must stay inside the repository; a variable may be set in env or by a connection, not both; two services may not share a domain.',
};
