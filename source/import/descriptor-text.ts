import {stringify} from 'yaml';
import type {Raw} from '../descriptor/rules/raw.ts';

/** A compartment.yml with this content. Depends on nothing else, so that two imports of one file are equal. */
export const descriptorText = (descriptor: Raw, file: string): string =>
	`# Imported from ${file.replace(/[\p{C}\p{Z}]+/gu, ' ')}.\n${stringify(descriptor, {lineWidth: 0, aliasDuplicateObjects: false, version: '1.2', schema: 'core'})}`;
