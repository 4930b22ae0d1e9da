import {resourceAddress} from '../../model/address.ts';
import {initialisingEnv} from '../../model/initialised.ts';
import type {DesiredVolume} from '../../model/specs.ts';
import type {ApplyContext} from '../context.ts';
import {withRevisions} from '../known-values.ts';

/**
 * Records a volume that was there before, under its own name. Nothing changes on the engine. A database was initialised with
 * the values that its container has now, which were compared or stored before.
 */
export async function adoptVolume({plan, state}: ApplyContext, volume: DesiredVolume): Promise<void> {
	const {address, name, mountPath, owner} = volume;
	const resource = plan.desired.resources.find(each => each.address === resourceAddress(owner));
	await state.update(current => {
		const spec = resource && withRevisions(resource.spec, current);
		const initialised = spec ? initialisingEnv({preset: resource.preset, image: spec.image, env: spec.env}) : {};
		const backup = volume.backup ? {backup: volume.backup} : {};
		const createdAt = new Date().toISOString();
		const record = {name, mountPath, createdAt, initialised, isExternal: true, ...backup} as const;
		return {...current, volumes: {...current.volumes, [address]: record}};
	});
}
