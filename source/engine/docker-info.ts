import type {Connection} from './docker-connection.ts';
import {openStream} from './docker-connection.ts';
import type {EngineInfo, ReadonlyEngine} from './engine.ts';
import {readJsonLines} from './lines.ts';

const deadlineMs = 1900;

type Ping = {readonly apiVersion: string; readonly builder: string | undefined; readonly system: string | undefined};

/** Who the engine is. */
export function createInfo(
	connection: Connection,
): Pick<ReadonlyEngine, 'info'> & {hasBuildKit: () => Promise<boolean>} {
	const {address, attempt} = connection;

	const ping = async (): Promise<Ping> => {
		const signal = AbortSignal.timeout(deadlineMs);
		const answer = await openStream(connection, {method: 'GET', path: '/_ping', query: {}, signal});
		answer.resume();
		const header = (name: string) => answer.headers[name]?.toString();
		return {apiVersion: header('api-version') ?? '', builder: header('builder-version'), system: header('ostype')};
	};

	return {
		info: () =>
			attempt('ask the engine who it is', async () => {
				const [answer, info] = await Promise.all([ping(), readInfo(connection, AbortSignal.timeout(deadlineMs))]);
				return {
					id: info.ID || info.Name,
					name: info.Name,
					version: info.ServerVersion,
					apiVersion: answer.apiVersion,
					operatingSystem: info.OperatingSystem,
					hasBuildKit: canBuildKit(answer),
					hasInit: info.InitCommit?.ID !== 'N/A',
					address,
					clockOffsetMs: offsetOf(info),
				} satisfies EngineInfo;
			}),
		hasBuildKit: async () => canBuildKit(await ping()),
	};
}

type Info = {
	readonly ID: string;
	readonly Name: string;
	readonly ServerVersion: string;
	readonly OperatingSystem: string;
	/** Not every program that speaks for Docker says it. */
	readonly SystemTime?: string;
	/** Absent on engines that have no Linux init; `N/A` when its program cannot be run. */
	readonly InitCommit?: {readonly ID: string};
};

/** With our time, in milliseconds since the epoch. */
type Received = Info & {readonly receivedAt: number};

/** An answer without a time leaves us with our own clock. */
const offsetOf = ({SystemTime, receivedAt}: Received): number => Date.parse(SystemTime ?? '') - receivedAt || 0;

/** What time it is for the engine, RFC 3339. */
export const readEngineTime = async (connection: Connection): Promise<string> =>
	(await readInfo(connection)).SystemTime ?? new Date().toISOString();

/** Asked as a stream because dockerode's own call takes no deadline. */
async function readInfo(connection: Connection, signal?: AbortSignal): Promise<Received> {
	const answer = await openStream(connection, {method: 'GET', path: '/info', query: {}, signal});
	for await (const info of readJsonLines<Info>(answer)) return {...info, receivedAt: Date.now()};
	throw new Error('the answer is empty');
}

/** Engines before 23 have BuildKit but do not say so; `1` is an administrator's choice against it. */
function canBuildKit({apiVersion, builder, system}: Ping): boolean {
	const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
	const isNewEnough = major > 1 || (major === 1 && minor >= 39);
	return builder !== '1' && system !== 'windows' && isNewEnough;
}
