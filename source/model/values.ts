/**
 * Where a value of a container's environment comes from. Plans and states contain these, never secrets: a sensitive value is
 * identified by the address and revision of its variable, and decrypted only when a container starts.
 */

export type VariableScope =
	| {readonly type: 'environment'}
	| {readonly type: 'service'; readonly name: string}
	| {readonly type: 'resource'; readonly name: string};

/**
 * A value with its origin.
 * - `plain`: the text itself.
 * - `secret`: a sensitive variable. `revision` is random and changes with the value; null if the apply will generate it.
 * - `output`: a resource output. `fingerprint` covers the template and all its inputs; null as above.
 */
export type EnvValue =
	| {readonly type: 'plain'; readonly value: string}
	| {readonly type: 'secret'; readonly scope: VariableScope; readonly key: string; readonly revision: string | null}
	| {
			readonly type: 'output';
			readonly resource: string;
			readonly output: string;
			readonly isSensitive: boolean;
			readonly fingerprint: string | null;
	  };

export type Env = Readonly<Record<string, EnvValue>>;

/** How a scope is written: `environment`, `service.web`, `resource.db`. */
export const scopeAddress = (scope: VariableScope): string =>
	scope.type === 'environment' ? 'environment' : `${scope.type}.${scope.name}`;

/** The flags that name a scope: `--service web`. */
export const scopeWords = (scope: VariableScope): readonly string[] =>
	scope.type === 'environment' ? [] : [`--${scope.type}`, scope.name];

export const isSameScope = (a: VariableScope, b: VariableScope): boolean => scopeAddress(a) === scopeAddress(b);
