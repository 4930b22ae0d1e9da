import type {EngineInfo, ReadonlyEngine} from '../engine/engine.ts';

/** The display name of an engine: the address of a remote one, the version of a local one. */
export const nameOf = (
	{address, isLocal}: Pick<ReadonlyEngine, 'address' | 'isLocal'>,
	{version}: Pick<EngineInfo, 'version'>,
): string => (isLocal ? `Docker ${version.replace(/[^\d.].*$/, '')}` : address);

/** The display name of an engine that has to be asked. */
export const nameEngine = async (engine: Pick<ReadonlyEngine, 'address' | 'isLocal' | 'info'>): Promise<string> =>
	nameOf(engine, await engine.info());
