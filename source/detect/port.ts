/** The port that a start command names, as in `next start -p 4000`; undefined if it names none, or takes PORT. */
export function findPort(command: string | undefined): number | undefined {
	const match = /(?:--port[ =]|(?:^|\s)-p[ =]?|\bPORT=)(\d{2,5})\b/.exec(command ?? '');
	const port = Number(match?.[1]);
	return port > 0 && port < 65_536 ? port : undefined;
}
