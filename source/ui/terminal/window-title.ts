/** The title of a window: the project, and the environment if there is one. */
export const windowTitle = (names: readonly string[]): string => `compartment: ${names.join(' › ')}`;
