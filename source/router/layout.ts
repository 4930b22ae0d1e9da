/** Paths and ports inside the router's container. */
export const folder = '/var/lib/compartment';
export const configPath = `${folder}/haproxy.cfg`;
export const seedPath = `${folder}/seed.cfg`;

/** States of environments whose state is on the engine: a folder for each, with its state, its open journal and its lock's holder. */
export const statesFolder = `${folder}/states`;

/** The same with lock, history, and what is being received. Apart, because readers get a whole folder. */
export const keptStatesFolder = `${folder}/states-kept`;

/** Exists there while any environment has a state or a history. */
export const statesMark = 'present';

/** The ports for requests. They are published, and reachable from every network of the container. */
export const httpPort = 8080;
export const tlsPort = 8443;

/** What the router serves TLS with; only root can enter it. Written by `installCertificates`. */
export const certificateFolder = `${folder}/certificates`;
/** The certificates that HAProxy loads, with the host that each is for. */
export const certificateList = `${certificateFolder}/list`;
/** Host, or domain below which a wildcard holds → `NOT_AFTER/HSTS`, both in seconds. */
export const hostsMap = `${certificateFolder}/hosts.map`;
export const zonesMap = `${certificateFolder}/zones.map`;

/** Token of an http-01 challenge → `SECONDS/ANSWER`, with when it was added. */
export const challengesMap = `${certificateFolder}/challenges.map`;
/** What a path asks for a challenge begins with (RFC 8555, 8.3). */
export const challengePrefix = '/.well-known/acme-challenge/';

/** The admin ports listen on the container's 127.0.0.1 only, because they control all traffic. */
export const workerPort = 9999;
export const masterPort = 9998;

/** Holds the container's address on its own network, where requests from outside the engine arrive. */
export const addressVariable = 'COMPARTMENT_ROUTER_ADDRESS';

/** Holds what follows a host in the URLs of the TLS port: `:9443`, or nothing. */
export const tlsSuffixVariable = 'COMPARTMENT_ROUTER_TLS_SUFFIX';

/** Concurrent connections. The container's `limits` are sized for them. */
export const maxConnections = 12_000;

/** An old worker is stopped after this time, whatever connections it has. Longer than any drain. */
export const hardStopMinutes = 15;
