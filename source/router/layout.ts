/** Where things are inside the router's container. */
export const folder = '/var/lib/compartment';
export const configPath = `${folder}/haproxy.cfg`;
export const seedPath = `${folder}/seed.cfg`;

/** What the router listens on; it is published, and reachable from every network the container is joined to. */
export const httpPort = 8080;

/** Both listen on 127.0.0.1 of the container only: whoever reaches them owns the traffic. */
export const workerPort = 9999;
export const masterPort = 9998;

/** Variable of the container that holds its address on its own network: requests from outside of the engine arrive there. */
export const addressVariable = 'COMPARTMENT_ROUTER_ADDRESS';

/** Connections at the same time; `limits` of the container are made for them. */
export const maxConnections = 12_000;

/** A previous worker ends after this, whatever it still holds: longer than any drain. */
export const hardStopMinutes = 15;
