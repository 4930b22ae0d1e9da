// node far-proxy.ts PORT DELAY [MBIT]   passes connections on to a port of this machine as a long line would
//
// DELAY is that of one direction, in ms; MBIT limits what goes towards the port, in megabits per second. Prints its own
// port, and ends with its standard input.
import {connect, createServer, type Socket} from 'node:net';

const [port, delayMs, megabits] = process.argv.slice(2).map(Number);
const bytesPerMs = megabits ? (megabits * 1e6) / 8 / 1000 : Number.POSITIVE_INFINITY;

/** Passes on what one socket gets after the delay, no faster than the line. */
function carry(from: Socket, to: Socket, line: {freeAt: number}, isLimited: boolean): void {
	// One timer for all, because timers of different lengths may end in another order.
	const waiting: {readonly piece: Buffer; readonly at: number}[] = [];
	let isScheduled = false;
	const schedule = (ms: number) => {
		if (!isScheduled) setTimeout(deliver, Math.max(1, ms));
		isScheduled = true;
	};
	const deliver = () => {
		isScheduled = false;
		while (waiting[0] && waiting[0].at <= performance.now()) {
			const {piece} = waiting.shift()!;
			if (to.writable) to.write(piece);
		}
		if (waiting[0]) schedule(waiting[0].at - performance.now());
	};
	from.on('data', piece => {
		const now = performance.now();
		line.freeAt = Math.max(line.freeAt, now) + (isLimited ? piece.length / bytesPerMs : 0);
		const waits = line.freeAt - now;
		// A line holds little more than a window; then the sender has to wait.
		if (waits > 50) {
			from.pause();
			setTimeout(() => from.resume(), waits - 50);
		}
		waiting.push({piece, at: now + waits + delayMs!});
		schedule(waits + delayMs!);
	});
	from.on('end', () => setTimeout(() => to.end(), Math.max(0, line.freeAt - performance.now()) + delayMs! + 5));
	from.on('close', () => setTimeout(() => to.destroy(), delayMs! + 50)).on('error', () => undefined);
}

const towards = {freeAt: 0};
const server = createServer({allowHalfOpen: true, noDelay: true}, near => {
	const far = connect({port: port!, host: '127.0.0.1', allowHalfOpen: true, noDelay: true});
	carry(near, far, towards, true);
	carry(far, near, {freeAt: 0}, false);
});
server.listen(0, '127.0.0.1', () => {
	const address = server.address();
	process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
