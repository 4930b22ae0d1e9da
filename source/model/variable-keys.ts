/** Why a name cannot be a variable's key (docs/rules.md, "Names of variables"); undefined when it can. */
export function keyProblem(key: string): string | undefined {
	if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
		return 'Variable names must start with a letter or underscore and contain only letters, digits, and underscores.';
	if (key.startsWith('COMPARTMENT_'))
		return 'Variable names starting with COMPARTMENT_ are reserved for compartment-managed runtime metadata.';
	return undefined;
}
