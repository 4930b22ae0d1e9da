import {dockerfileName} from '../build/dockerfile-place.ts';
import {listExposedPorts} from '../build/dockerfile-ports.ts';
import {readDependencies} from '../detect/dependencies.ts';
import type {SourceFiles} from '../detect/source-files.ts';

/** Dependencies of a service that need a database or a store. */
export type Drivers = {
	/** Dependency that speaks to PostgreSQL. */
	readonly postgres?: string;
	/** Dependency that speaks to Redis or Valkey. */
	readonly redis?: string;
};

const postgresNames = [
	'pg',
	'postgres',
	'@prisma/adapter-pg',
	'pg-promise',
	'psycopg',
	'psycopg2',
	'psycopg2-binary',
	'asyncpg',
	'github.com/jackc/pgx',
	'github.com/lib/pq',
];
const redisNames = [
	'redis',
	'ioredis',
	'bullmq',
	'iovalkey',
	'valkey',
	'github.com/redis/go-redis',
	'github.com/valkey-io/valkey-go',
];

/** Finds drivers in the files of a service's folder. */
export async function findDrivers(files: SourceFiles): Promise<Drivers> {
	const dependsOn = await readDependencies(files);
	return {postgres: postgresNames.find(dependsOn), redis: redisNames.find(dependsOn)};
}

/** The first port that the Dockerfile of a folder exposes, which is the port of the service. */
export async function findExposedPort(files: SourceFiles): Promise<string | undefined> {
	return listExposedPorts((await files.read(dockerfileName)) ?? '')[0]?.toString();
}
