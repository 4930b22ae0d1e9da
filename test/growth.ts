/** Milliseconds of processor time, the least of three runs: what else the machine does hardly counts. */
function cpuMs(run: () => void): number {
	const times = [1, 2, 3].map(() => {
		const before = process.cpuUsage();
		run();
		const {user, system} = process.cpuUsage(before);
		return (user + system) / 1000;
	});
	return Math.min(...times);
}

/**
 * How many times as much work twenty times the input takes: about 20 when the work is linear, 400 when it is quadratic.
 * No measure of speed, which is for bench/.
 */
export function growthOf(run: (scale: 1 | 20) => void): number {
	run(1);
	// What is too little to be measured counts as 2 ms.
	return (
		cpuMs(() => run(20)) /
		Math.max(
			2,
			cpuMs(() => run(1)),
		)
	);
}
