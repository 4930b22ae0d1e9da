const minute = 60_000;

// As the engine writes it from two minutes on. A paused or unhealthy container has another text in the brackets.
const pattern = /^Up (?:(\d+) minutes|About an hour|\d+ (?:hours|days|weeks|months|years))(?: \(healthy\))?$/;

/**
 * How long a container has been up at least, in milliseconds, by the text of the engine's list: `Up 3 minutes`, `Up 2
 * days`. An hour for anything longer; undefined for less than two minutes, and for any other text.
 */
export function leastUptimeMs(status: string): number | undefined {
	const [text, minutes] = pattern.exec(status) ?? [];
	if (text === undefined) return undefined;
	return (minutes === undefined ? 60 : Number(minutes)) * minute;
}
