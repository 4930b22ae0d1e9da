/** Source of a program that prints the given number of lines per second, coloured and about 110 characters long. */
export const floodSource = (linesPerSecond: number): string => `
const start = process.hrtime.bigint();
const filler = '.'.repeat(40);
let count = 0;
let isFull = false;
process.stdout.on('drain', () => { isFull = false; });
setInterval(() => {
	if (isFull) return;
	const due = Number(process.hrtime.bigint() - start) / 1e9 * ${linesPerSecond};
	let text = '';
	for (; count < due && text.length < 4e6; count++)
		text += '\\u001b[32m2026-11-20T08:00:00Z\\u001b[0m request ' + count + ' GET /api/notes/' + count + ' 200 in 12 ms ' + filler + '\\n';
	isFull = !process.stdout.write(text);
}, 10);
`;
