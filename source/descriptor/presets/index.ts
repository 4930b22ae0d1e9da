import type {Resource} from '../project.ts';
import {mariadb} from './mariadb.ts';
import {mysql} from './mysql.ts';
import {postgres} from './postgres.ts';
import {redis} from './redis.ts';
import {valkey} from './valkey.ts';

export const presetNames = ['postgres', 'mysql', 'mariadb', 'redis', 'valkey'] as const;
export type PresetName = (typeof presetNames)[number];

/** Every preset, expanded. */
export const presets: Readonly<Record<PresetName, Omit<Resource, 'name' | 'preset'>>> = {
	postgres,
	mysql,
	mariadb,
	redis,
	valkey,
};

/** The preset of this name, if there is one. */
export const findPreset = (name: unknown): Omit<Resource, 'name' | 'preset'> | undefined =>
	presetNames.includes(name as PresetName) ? presets[name as PresetName] : undefined;
