import {mkdtempSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {authorityOf, holdAuthority} from '../../source/state/authority.ts';
import {isOnEngine, type PlaceRecord, readPlace, writePlace} from '../../source/state/place.ts';

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'compartment-place-'));
});
afterEach(() => rmSync(directory, {recursive: true, force: true}));

const name = {project: 'shop', environment: 'production'};

it('is local in a folder without a record', () => {
	expect(readPlace(directory)).toBeUndefined();
	expect(isOnEngine(directory)).toBe(false);
});

it('is read as it was written, for this user alone', () => {
	const records: readonly PlaceRecord[] = [
		{...name, state: 'local'},
		{...name, state: 'engine'},
		{...name, state: 'engine', moving: 'there'},
		{...name, state: 'engine', moving: 'here', moveId: '0123456789abcdef'},
	];
	for (const record of records) {
		writePlace(directory, record);
		expect(readPlace(directory)).toEqual(record);
		expect(isOnEngine(directory)).toBe(record.state === 'engine');
	}
	expect(statSync(join(directory, 'place.json')).mode & 0o777).toBe(0o600);
});

it.each(['', '{', '{"state": "cloud", "project": "shop", "environment": "production"}', '{"state": "engine"}'])(
	'is refused when the record is damaged: %s',
	text => {
		writeFileSync(join(directory, 'place.json'), text);
		expect(() => readPlace(directory)).toThrow(/place\.json is damaged: it says where the state/);
	},
);

it('has an authority only while one is held', () => {
	const authority = {} as Parameters<typeof holdAuthority>[1];
	expect(authorityOf(directory)).toBeUndefined();
	const letGo = holdAuthority(directory, authority);
	expect(authorityOf(join(directory, '.', ''))).toBe(authority);
	expect(authorityOf(join(directory, 'gone'))).toBeUndefined();
	letGo();
	expect(authorityOf(directory)).toBeUndefined();
});
