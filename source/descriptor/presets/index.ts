import type {Resource} from '../project.ts';
import {postgres} from './postgres.ts';

export const presetNames = ['postgres'] as const;
export type PresetName = (typeof presetNames)[number];

/** Every preset, expanded. */
export const presets: Readonly<Record<PresetName, Omit<Resource, 'name' | 'preset'>>> = {postgres};

/** The preset of that name, when there is one. */
export const findPreset = (name: unknown): Omit<Resource, 'name' | 'preset'> | undefined =>
	presetNames.includes(name as PresetName) ? presets[name as PresetName] : undefined;
