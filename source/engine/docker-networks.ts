import {setTimeout as pause} from 'node:timers/promises';
import {EngineError, MiscountedNetwork} from '../errors.ts';
import type {Connection} from './docker-connection.ts';
import {clearEndpoints} from './docker-endpoints.ts';
import {shown, statusOf} from './docker-errors.ts';
import type {Attachment, Engine} from './engine.ts';

type Networks = Pick<Engine, 'createNetwork' | 'removeNetwork' | 'createVolume' | 'removeVolume' | 'join' | 'leave'>;

/**
 * How often a network is tried: for about three seconds while the engine removes its last containers, for one if there are
 * none.
 */
const removalTries = {leaving: 16, empty: 6};
const removalPauseMs = 200;

/** Networks, volumes, and the attachments of containers. */
export function createNetworks(connection: Connection): Networks {
	const {docker, attempt} = connection;
	return {
		createNetwork: async ({name, labels, subnet, addressRange}) => {
			const network = await attempt(`create network ${name}`, () =>
				docker.createNetwork({
					Name: name,
					Driver: 'bridge',
					// Without this, engines before 25 create a second network with the same name.
					CheckDuplicate: true,
					Labels: {...labels},
					IPAM: {Config: [{Subnet: subnet, ...(addressRange ? {IPRange: addressRange} : {})}]},
				}),
			);
			return {id: network.id, name, labels, subnet, addressRange};
		},

		removeNetwork: async id => {
			const remove = () => attempt(`remove network ${shown(id)}`, () => docker.getNetwork(id).remove(), {fine: [404]});
			for (let tries = 1; ; tries++) {
				try {
					return await remove();
				} catch (error) {
					if (statusOf(error) !== 403) throw error;
					const {name, leaving} = await clearEndpoints(connection, id);
					if (tries >= removalTries[leaving.length > 0 ? 'leaving' : 'empty']) throw stuck(name, leaving);
					await pause(removalPauseMs);
				}
			}
		},

		createVolume: async (name, labels) => {
			await attempt(`create volume ${name}`, () => docker.createVolume({Name: name, Labels: {...labels}}));
		},

		removeVolume: async name => {
			await attempt(`remove volume ${name}`, () => docker.getVolume(name).remove(), {fine: [404]});
		},

		join: async (id, attachment) => {
			await attempt(`join container ${shown(id)} to network ${attachment.network}`, () =>
				docker.getNetwork(attachment.network).connect({Container: id, EndpointConfig: toEndpoint(attachment)}),
			);
		},

		leave: async (id, network) => {
			const task = `disconnect container ${shown(id)} from network ${network}`;
			try {
				await attempt(task, () => docker.getNetwork(network).disconnect({Container: id}));
			} catch (error) {
				if (statusOf(error) !== 404 && !/is not connected to/.test(String(error))) throw error;
			}
		},
	};
}

/** Why a network is not removed although nothing that stays is connected to it. */
const stuck = (network: string, leaving: readonly string[]): EngineError =>
	leaving.length === 0
		? new MiscountedNetwork(network)
		: new EngineError(`cannot remove network ${network}: the engine has not finished removing ${leaving.join(', ')}`, {
				status: 403,
			});

/** The engine's form of an attachment. */
export const toEndpoint = ({aliases = [], address}: Attachment) => ({
	Aliases: [...aliases],
	...(address ? {IPAMConfig: {IPv4Address: address}} : {}),
});
