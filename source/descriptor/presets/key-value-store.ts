import type {Resource} from '../project.ts';

type Product = {
	/** Prefix of its programs: `redis-server`, `redis-cli`. */
	readonly name: 'redis' | 'valkey';
	readonly image: string;
	/** Variable that holds the password. */
	readonly password: string;
};

// The configuration goes to standard input, because every user can see arguments.
const passwordLines = (password: string, keys: readonly string[]): string => {
	const quoted = `"$(printf %s "$${password}" | sed 's/[\\\\"]/\\\\&/g')"`;
	return keys.map(key => `${key} ${quoted}`).join('\n');
};

/** The append-only file loses at most one second; the entrypoint of the image drops root. */
const startScript = ({
	name,
	password,
}: Product): string => `exec docker-entrypoint.sh ${name}-server - --appendonly yes --repl-diskless-sync-delay 0 <<EOF
${passwordLines(password, ['requirepass', 'masterauth'])}
EOF`;

// Requests a snapshot like a replica, and checks it.
const backupScript = ({name, password}: Product): string => `set -eu
export REDISCLI_AUTH="$${password}"
${name}-cli -h "$COMPARTMENT_RESOURCE_HOST" --rdb "$COMPARTMENT_BACKUP_DIR/dump.rdb"
${name}-check-rdb "$COMPARTMENT_BACKUP_DIR/dump.rdb"`;

/**
 * A running server cannot load a file, but it can replicate. So a second server loads the snapshot, and the store becomes its
 * replica until it is in sync: its own data is discarded only when the new data has arrived.
 */
const restoreScript = ({name, password}: Product): string => `set -eu
export REDISCLI_AUTH="$${password}"
${name}-check-rdb "$COMPARTMENT_BACKUP_DIR/dump.rdb" > /dev/null
cd "$(mktemp -d)"
cp "$COMPARTMENT_BACKUP_DIR/dump.rdb" dump.rdb
docker-entrypoint.sh ${name}-server - --port 6380 --appendonly no --save "" --repl-diskless-sync yes --repl-diskless-sync-delay 0 > log <<EOF &
${passwordLines(password, ['requirepass'])}
EOF
here() { ${name}-cli -p 6380 "$@"; }
there() { ${name}-cli -e -h "$COMPARTMENT_RESOURCE_HOST" "$@"; }
tries=0
until reply="$(here ping 2>&1)"; [ "$reply" = PONG ]; do
	case "$reply" in *LOADING*) tries=0 ;; *) tries=$((tries + 1)) ;; esac
	[ "$tries" -lt 100 ] || { tail -n 5 log; exit 1; }
	sleep 0.2
done
trap 'there replicaof no one > /dev/null' EXIT
set -- $(hostname -i)
there replicaof "$1" 6380
tries=0
until there info replication | grep -q "^master_link_status:up"; do
	there info replication | grep -q "^master_sync_in_progress:1" || tries=$((tries + 1))
	[ "$tries" -lt 300 ] || { echo "the resource cannot reach the server that holds the snapshot"; exit 1; }
	sleep 0.2
done
[ "$(here wait 1 30000)" -ge 1 ]
there replicaof no one
trap - EXIT
while there info persistence | grep -Eq "^aof_rewrite_(in_progress|scheduled):1"; do sleep 0.2; done
there info persistence | grep -q "^aof_last_bgrewrite_status:ok"
there info keyspace`;

/** A preset for a store that speaks the Redis protocol. */
export const keyValueStore = (product: Product) =>
	({
		image: product.image,
		command: ['sh', '-c', startScript(product)],
		env: {},
		generatedVariables: {[product.password]: {generator: 'token', bytes: 24, encoding: 'hex'}},
		ports: [6379],
		readiness: {type: 'tcp', port: 6379, timeoutMs: 60_000},
		restart: {policy: 'unless-stopped'},
		volumes: {data: '/data'},
		outputs: {
			'connection-url': {
				sensitive: true,
				value: `redis://default:\${env.${product.password}}@\${resource.host}:6379/0`,
			},
			host: {sensitive: false, value: '${resource.host}'},
			port: {sensitive: false, value: '6379'},
		},
		operations: {
			backup: {
				command: backupScript(product),
				env: {},
				schedule: {interval: 'daily', retention: {maxAgeDays: 7}},
			},
			restore: {command: restoreScript(product), env: {}},
		},
	}) as const satisfies Omit<Resource, 'name' | 'preset'>;
