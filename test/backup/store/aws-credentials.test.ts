import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {findAwsCredentials} from '../../../source/backup/store/aws-credentials.ts';
import {findStoreFault} from '../../../source/settings/backup-stores.ts';

const home = mkdtempSync(join(tmpdir(), 'compartment-aws-'));
const file = join(home, '.aws', 'credentials');

beforeAll(() => {
	mkdirSync(join(home, '.aws'));
	writeFileSync(
		file,
		[
			'# a comment',
			'[default]',
			'aws_access_key_id = AKIADEFAULT',
			'aws_secret_access_key=de/fault+secret=',
			'',
			'[ backups ]',
			'AWS_ACCESS_KEY_ID=AKIABACKUPS',
			'  aws_secret_access_key  =  of backups ',
			'aws_session_token = token',
			'[sso]',
			'sso_session = corp',
		].join('\r\n'),
	);
});
afterAll(() => rmSync(home, {recursive: true}));

const inHome = (env: NodeJS.ProcessEnv = {}) => ({HOME: home, ...env});
const variables = {AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env'};
const ofDefault = {accessKeyId: 'AKIADEFAULT', secretAccessKey: 'de/fault+secret='};
const ofBackups = {accessKeyId: 'AKIABACKUPS', secretAccessKey: 'of backups', sessionToken: 'token'};

describe('credentials for S3', () => {
	it('are those of the variables, else of AWS_PROFILE, else of the profile default', () => {
		expect(findAwsCredentials(undefined, inHome(variables))).toEqual({accessKeyId: 'AKIAENV', secretAccessKey: 'env'});
		expect(findAwsCredentials(undefined, inHome({AWS_PROFILE: 'backups'}))).toEqual(ofBackups);
		expect(findAwsCredentials(undefined, inHome())).toEqual(ofDefault);
		expect(findAwsCredentials(undefined, {HOME: '/nowhere'})).toBeUndefined();
	});

	it('are those of the profile of the store before all others', () => {
		expect(findAwsCredentials('backups', inHome(variables))).toEqual(ofBackups);
		const elsewhere = {HOME: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: file};
		expect(findAwsCredentials('backups', elsewhere)).toEqual(ofBackups);
	});

	it('of a profile that is missing or has no key are an error that quotes no secret', () => {
		expect(() => findAwsCredentials('nope', inHome())).toThrow(`There is no profile "nope" in ${file}.`);
		expect(() => findAwsCredentials('nope', {HOME: '/nowhere'})).toThrow('/nowhere/.aws/credentials does not exist');
		expect(() => findAwsCredentials('sso', inHome(variables))).toThrow(`Profile "sso" in ${file} has no access key.`);
		expect(() => findAwsCredentials(undefined, inHome({AWS_PROFILE: 'sso'}))).toThrow('has no access key');
	});
});

it('a store has an access key or a profile, and one of ssh none of them', () => {
	const s3 = {url: 's3://bucket'};
	expect(findStoreFault({...s3, profile: 'backups'})).toBeUndefined();
	expect(findStoreFault({...s3, profile: 'a]'})).toContain('the name of a profile');
	expect(findStoreFault({...s3, profile: 'backups', accessKeyId: 'AKIA', secretAccessKey: 'x'})).toContain(
		'exclude each other',
	);
	expect(findStoreFault({url: 'ssh://host/path', profile: 'backups'})).toContain('is opened with ssh');
});
