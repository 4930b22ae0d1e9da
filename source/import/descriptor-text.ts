import {stringify} from 'yaml';
import type {Raw} from '../descriptor/rules/raw.ts';

/** A compartment.yml with this content. Depends on nothing else, so that two imports of one file are equal. */
export const descriptorText = (descriptor: Raw, ...files: readonly string[]): string =>
	`# Imported from ${files.join(' and ').replace(/[\p{C}\p{Z}]+/gu, ' ')}.\n${stringify(descriptor, {lineWidth: 0, aliasDuplicateObjects: false, version: '1.2', schema: 'core'})}`;
