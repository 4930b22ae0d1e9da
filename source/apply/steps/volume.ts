import {labelsOf} from '../../model/labels.ts';
import type {DesiredVolume} from '../../model/specs.ts';
import type {EnvironmentContext} from '../context.ts';
import {writeJournaled} from '../journaled.ts';
import {volumeLabel} from '../record-label.ts';

/** Creates a volume. An existing one keeps its data. */
export async function createVolume(context: EnvironmentContext, volume: DesiredVolume): Promise<void> {
	const {plan, engine} = context;
	const createdAt = new Date().toISOString();
	await writeJournaled(context, {
		address: volume.address,
		intent: {type: 'create-volume', name: volume.name},
		isRepeatable: true,
		run: op => {
			const object = {lineage: plan.lineage, project: plan.project, environment: plan.environment};
			const record = volumeLabel(volume.mountPath, createdAt);
			return engine.createVolume(volume.name, labelsOf({...object, address: volume.address, op, record}));
		},
		record: state => {
			const record = {
				name: volume.name,
				mountPath: volume.mountPath,
				createdAt,
				initialised: null,
				...(volume.backup ? {backup: volume.backup} : {}),
				...(volume.isExternal ? {isExternal: volume.isExternal} : {}),
			};
			return {...state, volumes: {...state.volumes, [volume.address]: record}};
		},
	});
}

/** Records how a volume is backed up. Nothing on the engine changes. */
export async function recordVolumeBackup({state}: EnvironmentContext, volume: DesiredVolume): Promise<void> {
	await state.update(current => {
		const record = current.volumes[volume.address];
		if (!record) return current;
		return {...current, volumes: {...current.volumes, [volume.address]: {...record, backup: volume.backup}}};
	});
}

/** Removes a recorded volume with its data. The user has to name one that is external (docs/rules.md, "External volumes"). */
export async function removeVolume(context: EnvironmentContext, address: string): Promise<void> {
	const record = context.state.current().volumes[address];
	if (!record) return;
	if (record.isExternal) context.engine.admit({volumes: [record.name]});
	await writeJournaled(context, {
		address,
		intent: {type: 'remove', kind: 'volume', name: record.name},
		isRepeatable: true,
		run: () => context.engine.removeVolume(record.name),
		record: state => {
			const {[address]: _removed, ...volumes} = state.volumes;
			return {...state, volumes};
		},
	});
}
