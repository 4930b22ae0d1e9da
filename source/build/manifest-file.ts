import {readFileSync} from 'node:fs';
import {replaceCacheFile} from '../cache-file.ts';
import type {BuildInputs, DetectedInputs, Manifest} from './manifest.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);

const isRecordOf = <T>(isValue: (value: unknown) => value is T, value: unknown): value is Record<string, T> =>
	isObject(value) && Object.values(value).every(isValue);

const isDetected = (value: unknown): value is DetectedInputs =>
	isObject(value) &&
	isText(value['stack']) &&
	isRecordOf(isText, value['versions']) &&
	isRecordOf(isText, value['commands']) &&
	isText(value['text']);

const isInputs = (value: unknown): value is BuildInputs =>
	isObject(value) &&
	isText(value['builder']) &&
	isText(value['dockerfile']) &&
	isTextOrNull(value['target']) &&
	isRecordOf(isText, value['args']) &&
	isRecordOf(isTextOrNull, value['bases']) &&
	(value['detected'] === undefined || isDetected(value['detected']));

const isPair = (value: unknown): value is readonly [string, string] =>
	Array.isArray(value) && value.length === 2 && value.every(isText);

// Not with zod: a rebuild would load all of it for this one file.
const isManifest = (
	value: unknown,
): value is {readonly inputs: BuildInputs; readonly files: readonly (readonly [string, string])[]} =>
	isObject(value) &&
	value['format'] === 1 &&
	isInputs(value['inputs']) &&
	Array.isArray(value['files']) &&
	value['files'].every(isPair);

/** Reads a manifest; undefined if there is none, or none that this version understands. */
export function readManifest(file: string): Manifest | undefined {
	try {
		const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
		return isManifest(content) ? {inputs: content.inputs, files: new Map(content.files)} : undefined;
	} catch {
		// The manifest only explains a rebuild; the build key in the state decides.
		return undefined;
	}
}

/** Replaces a manifest file (0600). A failed write does not fail the build; the next plan just explains less. */
export function writeManifest(file: string, {inputs, files}: Manifest): void {
	try {
		replaceCacheFile(file, JSON.stringify({format: 1, inputs, files: [...files]}));
	} catch {}
}
