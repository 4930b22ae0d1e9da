/** The descriptor of a project. */
export const descriptorFile = 'compartment.yml';

/** The route rules, next to the descriptor. */
export const routesFile = 'compartment.routes.yml';

/** Names of projects (docs/rules.md, "Names"). */
export const projectNamePattern = /^[a-z][a-z0-9-]{0,62}$/;

/** Names of services and resources. */
export const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Names of outputs and volume handles. */
export const handlePattern = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
