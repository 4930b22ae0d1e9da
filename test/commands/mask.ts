import {userName} from '../../source/state/user-name.ts';

const ids = /\b(dpl|run|rbak|job|op)_[0-9a-hj-z]{15,20}\b/g;

/** Output with everything that differs from run to run replaced by a word. Columns keep their width. */
export function mask(text: string, folder: string): string {
	return (
		text
			.replaceAll(folder, 'FOLDER')
			.replaceAll(process.env['COMPARTMENT_CONFIG_HOME']!, 'CONFIG')
			.replaceAll(` of ${userName()} (process`, ' of USER (process')
			.replaceAll(` by ${userName()}\n`, ' by USER\n')
			.replace(ids, (id, kind: string) => `${kind}_`.padEnd(id.length, 'x'))
			.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, time => 'TIME'.padEnd(time.length, '_'))
			.replace(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, time => 'TIME'.padEnd(time.length, '_'))
			.replace(/\bage1[0-9a-z]{58}\b/g, 'age1RECIPIENT')
			.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
			// YAML quotes a hash that looks like a number.
			.replace(/"([0-9a-f]{12,})"|\b((?=\d*[a-f])[0-9a-f]{12,})\b/g, (_, quoted = '', plain = '') =>
				'HASH'.padEnd(`${quoted}${plain}`.length, '_'),
			)
			.replace(/( {2,})?(?<!-timeout )\b\d+(?:\.\d+)?m?s\b/g, (time, space) =>
				space ? '0s'.padStart(time.length) : '0s',
			)
	);
}

/** The text of an apply without its steps: independent ones end in any order. */
export const withoutSteps = (text: string): string =>
	text.replace(
		/^(Applying .*\n)(?:[\w.]+ +(?:started|starting|waiting|done|ready|no readiness|draining|stopping).*\n)+/m,
		'$1',
	);
