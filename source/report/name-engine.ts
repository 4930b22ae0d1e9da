import type {EngineInfo, ReadonlyEngine} from '../engine/engine.ts';

/** The display name of an engine: the address of a remote one, the version of a local one. */
export const nameOf = ({address, version}: Pick<EngineInfo, 'address' | 'version'>): string =>
	/^(unix|npipe):/.test(address) ? `Docker ${version.replace(/[^\d.].*$/, '')}` : address;

/** The display name of an engine that has to be asked. */
export const nameEngine = async (engine: Pick<ReadonlyEngine, 'info'>): Promise<string> => nameOf(await engine.info());
