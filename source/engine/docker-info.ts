import type {Connection} from './docker-connection.ts';
import {readAnswer} from './docker-connection.ts';
import {pingDeadlineMs} from './docker-patience.ts';
import type {Engine, EngineInfo} from './engine.ts';

const deadlineMs = 1900;

/** A deadline for an answer that begins now. */
const deadlineOf = ({reach}: Connection): AbortSignal =>
	AbortSignal.timeout(reach.isTunnel ? pingDeadlineMs() : deadlineMs);

type Ping = {readonly apiVersion: string; readonly builder: string | undefined; readonly system: string | undefined};

/** The engine's identity, version and features. */
export function createInfo(connection: Connection): Pick<Engine, 'info' | 'hasBuildKit'> {
	const {address, attempt, reach} = connection;
	// What the latest ping said.
	let canBuild: boolean | undefined;

	const ping = async (): Promise<Ping> => {
		const {headers} = await readAnswer(connection, '/_ping', {signal: deadlineOf(connection)});
		const found = {
			apiVersion: headers['api-version'] ?? '',
			builder: headers['builder-version'],
			system: headers['ostype'],
		};
		canBuild = canBuildKit(found);
		return found;
	};

	return {
		info: () =>
			attempt('read engine information', async () => {
				// Somebody may have to type a password.
				await reach.open();
				const [answer, info] = await Promise.all([ping(), readInfo(connection, deadlineOf(connection))]);
				return {
					id: info.ID || info.Name,
					name: info.Name,
					version: info.ServerVersion,
					apiVersion: answer.apiVersion,
					operatingSystem: info.OperatingSystem,
					architecture: info.Architecture ?? '',
					hasBuildKit: canBuildKit(answer),
					hasInit: info.InitCommit?.ID !== 'N/A',
					address,
					clockOffsetMs: offsetOf(info),
					rootDirectory: info.DockerRootDir ?? '',
				} satisfies EngineInfo;
			}),
		hasBuildKit: async () => {
			if (canBuild !== undefined) return canBuild;
			const ask = () => reach.open().then(ping);
			return canBuildKit(await attempt('read engine information', ask));
		},
	};
}

type Info = {
	readonly ID: string;
	readonly Name: string;
	readonly ServerVersion: string;
	readonly OperatingSystem: string;
	readonly Architecture?: string;
	/** Absent on some engines that implement Docker's API. */
	readonly SystemTime?: string;
	/** Absent on some engines that implement Docker's API. */
	readonly DockerRootDir?: string;
	/** Absent on engines without an init program for Linux; `N/A` if the program cannot be run. */
	readonly InitCommit?: {readonly ID: string};
};

/** `receivedAt` is our time, in milliseconds since the epoch. */
type Received = Info & {readonly receivedAt: number};

/** How far the engine's clock is ahead of ours; 0 if it did not report a time. */
const offsetOf = ({SystemTime, receivedAt}: Received): number => Date.parse(SystemTime ?? '') - receivedAt || 0;

/** The current time by the engine's clock, in RFC 3339. */
export const readEngineTime = async (connection: Connection): Promise<string> =>
	(await readInfo(connection)).SystemTime ?? new Date().toISOString();

async function readInfo(connection: Connection, signal?: AbortSignal): Promise<Received> {
	const {text} = await readAnswer(connection, '/info', {signal});
	const info = JSON.parse(text) as Info | null;
	// A web server may answer any path.
	if (typeof info?.ServerVersion !== 'string') throw new Error('the response is not that of a Docker engine');
	return {...info, receivedAt: Date.now()};
}

/** Docker before 23 has BuildKit but does not report it; `1` means that an administrator turned it off. */
function canBuildKit({apiVersion, builder, system}: Ping): boolean {
	const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
	const isNewEnough = major > 1 || (major === 1 && minor >= 39);
	return builder !== '1' && system !== 'windows' && isNewEnough;
}
