import {afterAll, beforeAll} from 'vitest';
import {openSshd, type Sshd, type SshdOptions, sshAddress} from './open-sshd.ts';

export type {Sshd} from './open-sshd.ts';

/** Opens an sshd before the tests of a file, and removes it after them. This process uses its ssh configuration too. */
export function withSshd(options: SshdOptions = {}): Sshd {
	const sshd = {address: sshAddress} as Sshd;
	const path = process.env['PATH'];
	let close: (() => void) | undefined;
	beforeAll(async () => {
		const opened = await openSshd(options);
		close = opened.close;
		Object.assign(sshd, opened);
		process.env['PATH'] = sshd.env().PATH;
	}, 300_000);
	afterAll(() => {
		process.env['PATH'] = path;
		close?.();
	});
	return sshd;
}
