import type {ReadonlyEngine} from '../engine/engine.ts';

/** A remote engine by its address; the one of this machine by its version, because its address says nothing. */
export async function nameEngine(engine: Pick<ReadonlyEngine, 'info'>): Promise<string> {
	const {address, version} = await engine.info();
	return /^(unix|npipe):/.test(address) ? `Docker ${version.replace(/[^\d.].*$/, '')}` : address;
}
