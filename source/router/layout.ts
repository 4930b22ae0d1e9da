/** Paths and ports inside the router's container. */
export const folder = '/var/lib/compartment';
export const configPath = `${folder}/haproxy.cfg`;
export const seedPath = `${folder}/seed.cfg`;

/** The port for requests. It is published, and reachable from every network of the container. */
export const httpPort = 8080;

/** The admin ports listen on the container's 127.0.0.1 only, because they control all traffic. */
export const workerPort = 9999;
export const masterPort = 9998;

/** Holds the container's address on its own network, where requests from outside the engine arrive. */
export const addressVariable = 'COMPARTMENT_ROUTER_ADDRESS';

/** Concurrent connections. The container's `limits` are sized for them. */
export const maxConnections = 12_000;

/** An old worker is stopped after this time, whatever connections it has. Longer than any drain. */
export const hardStopMinutes = 15;
