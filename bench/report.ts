import {execFileSync} from 'node:child_process';
import {cpus, loadavg, release, totalmem} from 'node:os';
import {median, ratio, type Timing} from './measure.ts';
import type {Peers} from './peers.ts';

const milliseconds = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));

/** Fastest run against fastest run: the figure that other load on the machine affects least. */
const fastestRatio = ({times}: Timing, reference: Timing): number => Math.min(...times) / Math.min(...reference.times);

/**
 * Renders times as a Markdown table, with a column of ratios for every reference: the median of the rounds,
 * and in parentheses the ratio of the fastest runs.
 */
export function table(timings: readonly Timing[], references: readonly string[]): string {
	const measured = references.flatMap(name => timings.find(timing => timing.name === name) ?? []);
	const rows = [
		['command', 'median ms', 'min', 'max', ...measured.map(({name}) => `× ${name}`)],
		['---', ...Array.from({length: 3 + measured.length}, () => '--:')],
		...timings.map(timing => [
			timing.name,
			milliseconds(median(timing.times)),
			milliseconds(Math.min(...timing.times)),
			milliseconds(Math.max(...timing.times)),
			...measured.map(
				reference => `${ratio(timing, reference).toFixed(2)} (${fastestRatio(timing, reference).toFixed(2)})`,
			),
		]),
	];
	const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
	return rows
		.map(row => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))))
		.map(cells => `| ${cells.join(' | ')} |`)
		.join('\n');
}

const attempt = (command: string, ...args: string[]): string => {
	try {
		return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();
	} catch {
		return 'none';
	}
};

/** The machine and versions, which a reader needs to judge the figures. */
export function conditions(peers: Peers): string {
	const [processor] = cpus();
	return [
		new Date().toISOString().slice(0, 10),
		`${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
		`${process.platform} ${release()}`,
		`load ${loadavg()[0]!.toFixed(1)}`,
		`Node ${process.version.slice(1)}`,
		`engine ${attempt('docker', 'version', '--format', '{{.Server.Version}}')}`,
		`terraform ${peers.terraform?.version ?? 'none'}`,
		`docker compose ${peers.compose?.version ?? 'none'}`,
	].join(' · ');
}
