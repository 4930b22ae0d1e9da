/** Whether a name is for all hosts directly below a domain: `*.example.com`. */
export const isWildcard = (host: string): boolean => host.startsWith('*.');

/** The wildcard that a host is below: `*.example.com` of `shop.example.com`. */
export const wildcardOf = (host: string): string => `*.${host.slice(host.indexOf('.') + 1)}`;
