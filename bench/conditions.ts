import {execFileSync} from 'node:child_process';
import {cpus, loadavg, release, totalmem} from 'node:os';
import type {Peers} from './peers.ts';

const attempt = (command: string, ...args: string[]): string => {
	try {
		return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
	} catch {
		return 'none';
	}
};

const pageBytes = 4096;
const freshBytes = 64 * 2 ** 20;

/**
 * Microseconds to touch a page of memory for the first time. A virtual machine that returns free pages to its host pays
 * for each one, and a short command touches thousands.
 */
function measurePage(): number {
	const fresh = Buffer.allocUnsafeSlow(freshBytes);
	const start = process.hrtime.bigint();
	for (let at = 0; at < freshBytes; at += pageBytes) fresh[at] = 1;
	return Number(process.hrtime.bigint() - start) / 1e3 / (freshBytes / pageBytes);
}

/** The machine and versions, which a reader needs to judge the figures; those of the peers where there are any. */
export function conditions(peers: Peers | undefined): string {
	const [processor] = cpus();
	return [
		new Date().toISOString().slice(0, 10),
		`${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
		`${process.platform} ${release()}`,
		`load ${loadavg()[0]!.toFixed(1)}`,
		`fresh page ${measurePage().toFixed(2)} µs`,
		`Node ${process.version.slice(1)}`,
		`engine ${attempt('docker', 'version', '--format', '{{.Server.Version}}')}`,
		...(peers ? [`terraform ${peers.terraform?.version ?? 'none'}`] : []),
		...(peers ? [`docker compose ${peers.compose?.version ?? 'none'}`] : []),
	].join(' · ');
}
