import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export type Made = {
	/** Leaf, then the authorities between it and the root. */
	readonly chain: string;
	readonly key: string;
};

type Wanted = {
	/** The first is the subject. */
	readonly names: readonly string[];
	/** Default: 90, from now. May be negative. */
	readonly days?: number;
	readonly keyType?: 'ec' | 'rsa' | 'rsa-1024';
};

/** A root, an authority below it, and what it signs: all made by openssl, so that nothing of ours judges itself. */
export type TestAuthority = {
	readonly root: string;
	readonly intermediate: string;
	readonly make: (wanted: Wanted) => Made;
	readonly close: () => void;
};

const keyArguments = {
	ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
	rsa: ['rsa:2048'],
	'rsa-1024': ['rsa:1024'],
} as const;

export function makeTestAuthority(): TestAuthority {
	const folder = mkdtempSync(join(tmpdir(), 'compartment-ca-'));
	const at = (name: string): string => join(folder, name);
	const read = (name: string): string => readFileSync(at(name), 'utf8');
	const openssl = (...args: string[]): void => {
		execFileSync('openssl', args, {stdio: ['ignore', 'ignore', 'pipe'], cwd: folder});
	};
	let count = 0;
	const sign = (name: string, issuer: string, days: number, extensions: string): void => {
		writeFileSync(at(`${name}.ext`), extensions);
		const serial = String(++count);
		const dates =
			days > 0 ? ['-days', String(days)] : ['-not_before', '20200101000000Z', '-not_after', '20200201000000Z'];
		// `x509` of OpenSSL 3.0 has no dates of the past, `ca` has.
		if (days > 0) {
			const by = ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`, '-set_serial', serial];
			openssl('x509', '-req', '-in', `${name}.csr`, ...by, ...dates, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
			return;
		}
		writeFileSync(at('index.txt'), '');
		writeFileSync(
			at('ca.cnf'),
			`[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n`,
		);
		writeFileSync(at('serial'), serial.padStart(4, '0'));
		const by = ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`, '-config', 'ca.cnf', '-batch', '-notext'];
		const range = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
		openssl('ca', ...by, ...range, '-in', `${name}.csr`, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
	};
	const request = (name: string, subject: string, keyType: keyof typeof keyArguments = 'ec'): void => {
		const key = ['-newkey', ...keyArguments[keyType], '-nodes', '-keyout', `${name}.key`];
		openssl('req', '-new', ...key, '-subj', `/CN=${subject}`, '-out', `${name}.csr`);
	};
	const root = ['-newkey', ...keyArguments.ec, '-nodes', '-keyout', 'root.key', '-out', 'root.pem'];
	openssl('req', '-x509', ...root, '-days', '3650', '-subj', '/CN=Test Root');
	request('intermediate', 'Test Intermediate');
	sign('intermediate', 'root', 3650, 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign\n');
	return {
		root: read('root.pem'),
		intermediate: read('intermediate.pem'),
		make({names, days = 90, keyType}) {
			const name = `leaf-${++count}`;
			request(name, names[0]!.slice(0, 64), keyType);
			sign(name, 'intermediate', days, `subjectAltName=${names.map(each => `DNS:${each}`).join(',')}\n`);
			return {chain: read(`${name}.pem`) + read('intermediate.pem'), key: read(`${name}.key`)};
		},
		close: () => rmSync(folder, {recursive: true, force: true}),
	};
}
