import * as z from 'zod';

export const nonEmpty = z.string().min(1);

/** Text that is not only white space. */
export const nonBlank = z.string().regex(/\S/, 'must not be blank');

export const imageReference = z
	.string()
	.regex(/^\S+$/, 'must be an image reference without spaces, for example postgres:16');

/** A variable's name (docs/rules.md, "Names of variables"). */
export const variableKey = z
	.string()
	.regex(
		/^[A-Za-z_][A-Za-z0-9_]*$/,
		'Variable names must start with a letter or underscore and contain only letters, digits, and underscores.',
	)
	.regex(
		/^(?!COMPARTMENT_)/,
		'Variable names starting with COMPARTMENT_ are reserved for compartment-managed runtime metadata.',
	);

const quoted: Readonly<Record<string, string>> = {number: 'a number', boolean: 'true or false'};

/** A map of literal variables. YAML reads `PORT: 3000` as a number, so the message suggests quotes. */
export const literalEnv = z.record(
	variableKey,
	z.string({
		error: ({input}) => {
			const kind = quoted[typeof input];
			return kind && `must be a string (it is ${kind}); put it in quotes`;
		},
	}),
);

export const port = z.int().min(1).max(65535);

/** Milliseconds that readiness may take, at most five minutes. */
export const readinessTimeout = z.int().min(1).max(300_000).default(30_000);

export const restartPolicies = ['no', 'on-failure', 'unless-stopped'] as const;

/** Where a volume is mounted in a container. */
export const mountPath = z.string().regex(/^\/[^:]*[^:/][^:]*$/, 'must be an absolute path below / without a colon');
