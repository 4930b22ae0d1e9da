import type {ReadonlyEngine} from '../engine/engine.ts';

/** The display name of an engine: the address of a remote one, the version of a local one. */
export async function nameEngine(engine: Pick<ReadonlyEngine, 'info'>): Promise<string> {
	const {address, version} = await engine.info();
	return /^(unix|npipe):/.test(address) ? `Docker ${version.replace(/[^\d.].*$/, '')}` : address;
}
