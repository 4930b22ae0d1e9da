import type {PresetName} from '../../descriptor/presets/index.ts';

/** Which variable of an image holds what, the preferred name first. */
type Keys = {
	readonly user?: readonly string[];
	readonly password?: readonly string[];
	readonly database?: readonly string[];
	/** More variables that hold passwords. */
	readonly others?: readonly string[];
};

/** A program that keeps data, and speaks its own protocol. */
export type Family = {
	readonly name: string;
	/** Last parts of the names of its images. */
	readonly images: readonly string[];
	readonly port: number;
	readonly morePorts?: readonly number[];
	/** Folder of its data in the official image. */
	readonly data: string;
	readonly keys: Keys;
	/** Scheme of its URLs. */
	readonly scheme: string;
	readonly preset?: PresetName;
	/** Words in the names of variables that mean this program. */
	readonly words: RegExp;
};

const postgres = (name: string) => [`POSTGRES_${name}`, `POSTGRESQL_${name}`];

const mysqlKeys: Keys = {
	user: ['MYSQL_USER', 'MARIADB_USER'],
	password: ['MYSQL_PASSWORD', 'MARIADB_PASSWORD'],
	database: ['MYSQL_DATABASE', 'MARIADB_DATABASE'],
	others: ['MYSQL_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD'],
};

const simple = (name: string, port: number, data: string, scheme: string, more: Partial<Family> = {}): Family => ({
	...{name, images: [name], port, data, scheme, keys: {}, words: new RegExp(name, 'i')},
	...more,
});

const families: readonly Family[] = [
	simple('postgres', 5432, '/var/lib/postgresql/data', 'postgres', {
		images: [
			...['postgres', 'postgresql', 'postgis', 'pgvector', 'timescaledb', 'timescaledb-ha', 'pgvecto-rs'],
			...['vchord-postgres', 'vchord-suite', 'alloydbomni', 'pgautoupgrade'],
		],
		keys: {
			user: [...postgres('USER'), ...postgres('USERNAME')],
			password: postgres('PASSWORD'),
			database: [...postgres('DB'), ...postgres('DATABASE')],
			others: ['POSTGRESQL_POSTGRES_PASSWORD'],
		},
		preset: 'postgres',
		words: /postgres|pg|psql/i,
	}),
	simple('mysql', 3306, '/var/lib/mysql', 'mysql', {
		images: ['mysql', 'mysql-server', 'percona', 'percona-server'],
		keys: mysqlKeys,
		preset: 'mysql',
	}),
	simple('mariadb', 3306, '/var/lib/mysql', 'mysql', {
		keys: mysqlKeys,
		preset: 'mariadb',
		words: /maria|mysql/i,
	}),
	simple('redis', 6379, '/data', 'redis', {
		images: ['redis', 'redis-stack', 'redis-stack-server', 'redismod', 'keydb', 'dragonfly'],
		keys: {password: ['REDIS_PASSWORD']},
		preset: 'redis',
	}),
	simple('valkey', 6379, '/data', 'redis', {
		keys: {password: ['VALKEY_PASSWORD']},
		preset: 'valkey',
		words: /valkey|redis/i,
	}),
	simple('mongo', 27017, '/data/db', 'mongodb', {
		images: ['mongo', 'mongodb', 'mongodb-community-server', 'percona-server-mongodb'],
		keys: {
			user: ['MONGO_INITDB_ROOT_USERNAME', 'MONGODB_ROOT_USER', 'MONGODB_USERNAME'],
			password: ['MONGO_INITDB_ROOT_PASSWORD', 'MONGODB_ROOT_PASSWORD', 'MONGODB_PASSWORD'],
			database: ['MONGO_INITDB_DATABASE', 'MONGODB_DATABASE'],
		},
	}),
	simple('rabbitmq', 5672, '/var/lib/rabbitmq', 'amqp', {
		morePorts: [15672],
		keys: {
			user: ['RABBITMQ_DEFAULT_USER', 'RABBITMQ_USERNAME'],
			password: ['RABBITMQ_DEFAULT_PASS', 'RABBITMQ_PASSWORD'],
			others: ['RABBITMQ_ERLANG_COOKIE'],
		},
		words: /rabbit|amqp|mq/i,
	}),
	simple('minio', 9000, '/data', 'http', {
		morePorts: [9001],
		keys: {
			user: ['MINIO_ROOT_USER'],
			password: ['MINIO_ROOT_PASSWORD', 'MINIO_SECRET_KEY', 'MINIO_ACCESS_KEY'],
		},
		words: /minio|s3|aws/i,
	}),
	simple('elasticsearch', 9200, '/usr/share/elasticsearch/data', 'http', {
		keys: {password: ['ELASTIC_PASSWORD', 'ELASTICSEARCH_PASSWORD']},
		words: /elastic|(?:^|_)es(?:_|$)/i,
	}),
	simple('opensearch', 9200, '/usr/share/opensearch/data', 'http', {
		keys: {password: ['OPENSEARCH_INITIAL_ADMIN_PASSWORD']},
	}),
	simple('clickhouse', 8123, '/var/lib/clickhouse', 'http', {
		images: ['clickhouse', 'clickhouse-server'],
		morePorts: [9000],
		keys: {user: ['CLICKHOUSE_USER'], password: ['CLICKHOUSE_PASSWORD'], database: ['CLICKHOUSE_DB']},
	}),
	simple('couchdb', 5984, '/opt/couchdb/data', 'http', {
		keys: {user: ['COUCHDB_USER'], password: ['COUCHDB_PASSWORD'], others: ['COUCHDB_SECRET']},
	}),
	simple('cassandra', 9042, '/var/lib/cassandra', 'cassandra'),
	simple('memcached', 11211, '', 'memcached'),
];

/** The last part of an image's name, without tag and digest. */
const imageName = (image: string): string =>
	image
		.replace(/@.*$/, '')
		.replace(/:[^/]*$/, '')
		.split('/')
		.at(-1)!
		.toLowerCase();

/** Whether an image is the official one of that name. */
export const isOfficial = (image: string, name: string): boolean =>
	image
		.replace(/@.*$/, '')
		.replace(/:[^/]*$/, '')
		.replace(/^(?:index\.|registry-1\.)?docker\.io\//, '')
		.replace(/^library\//, '') === name;

/** The tag of an image; undefined without one. */
export const tagOf = (image: string): string | undefined => /:([^/:@]+)(?:@|$)/.exec(image)?.[1];

/** The family of an image that keeps data; undefined for any other. */
export const familyOf = (image: string): Family | undefined =>
	families.find(({images}) => images.includes(imageName(image)));
