import {join} from 'node:path';
import {type EvidenceFile, type PackageManifest, readManifest, readText} from './detect-evidence.ts';

/** What init can tell of a service beyond where it lies. */
export type ServiceDetails = {
	/** Port that its start command names. */
	readonly port?: number;
	/** Ports that its Dockerfile exposes; they are found without being written down. */
	readonly exposes?: string;
	/** Dependency that speaks to PostgreSQL. */
	readonly postgres?: string;
	/** Dependency that speaks to Redis or Valkey. */
	readonly redis?: string;
	/** A front end that is only files once it is built. */
	readonly isSite: boolean;
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

const dependencyFiles = ['requirements.txt', 'pyproject.toml', 'Pipfile', 'go.mod'];

const mentions = (text: string, name: string): boolean =>
	new RegExp(`(?:^|["'\\s])${name.replaceAll(/[.]/g, '\\.')}(?![\\w.-])`, 'im').test(text);

const portIn = (script: string | undefined): number | undefined => {
	const match = /(?:--port[ =]|(?:^|\s)-p[ =]?|\bPORT=)(\d{2,5})\b/.exec(script ?? '');
	const port = Number(match?.[1]);
	return port > 0 && port < 65_536 ? port : undefined;
};

const exposesIn = (dockerfile: string | undefined): string | undefined =>
	/^\s*EXPOSE\s+(\d{1,5}(?:\/tcp)?)\s*$/im.exec(dockerfile ?? '')?.[1]?.replace('/tcp', '');

const isSite = ({scripts, dependencies, devDependencies}: PackageManifest): boolean =>
	scripts['start'] === undefined &&
	/\b(?:vite|astro) build\b/.test(scripts['build'] ?? '') &&
	['vite', 'astro'].some(name => name in dependencies || name in devDependencies);

/** Looks into the files of a folder that holds a service. */
export async function readDetails(folder: string, evidence: EvidenceFile): Promise<ServiceDetails> {
	const manifest = await readManifest(folder);
	const texts = await Promise.all(dependencyFiles.map(file => readText(join(folder, file))));
	const listed = texts.filter(text => text !== undefined).join('\n');
	const find = (names: readonly string[]) =>
		names.find(name => Object.hasOwn(manifest.dependencies, name) || mentions(listed, name));
	const isBuiltFromDockerfile = evidence === 'Dockerfile';
	return {
		port: isBuiltFromDockerfile ? undefined : portIn(manifest.scripts['start']),
		exposes: isBuiltFromDockerfile ? exposesIn(await readText(join(folder, 'Dockerfile'))) : undefined,
		postgres: find(postgresNames),
		redis: find(redisNames),
		isSite: !isBuiltFromDockerfile && isSite(manifest),
	};
}
