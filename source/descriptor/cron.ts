type Field = {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	/** Largest step that has an effect. */
	readonly steps: number;
	readonly names?: readonly string[];
};

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const fields: readonly Field[] = [
	{name: 'minute', from: 0, to: 59, steps: 60},
	{name: 'hour', from: 0, to: 23, steps: 24},
	{name: 'day of month', from: 1, to: 31, steps: 31},
	{name: 'month', from: 1, to: 12, steps: 12, names: months},
	{name: 'day of week', from: 0, to: 7, steps: 7, names: days},
];

const anyCase = (name: string): string => [...name].map(letter => `[${letter}${letter.toLowerCase()}]`).join('');

const numbers = (from: number, to: number): string =>
	Array.from({length: to - from + 1}, (_, index) => {
		const number = from + index;
		return number < 10 ? `0?${number}` : String(number);
	})
		.reverse()
		.join('|');

const fieldPattern = ({from, to, steps, names = []}: Field): string => {
	const value = `(?:${[numbers(from, to), ...names.map(anyCase)].join('|')})`;
	const item = `(?:\\*|${value}(?:-${value})?)(?:/(?:${numbers(1, steps)}))?`;
	return `${item}(?:,${item})*`;
};

/** A standard five-field cron expression: numbers, names, lists, ranges and steps within their bounds. */
export const cronPattern = new RegExp(`^\\s*${fields.map(fieldPattern).join('\\s+')}\\s*$`);

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const numberOf = (word: string, {from, names = []}: Field): number => {
	const index = names.indexOf(word.toUpperCase());
	return index === -1 ? Number(word) : from + index;
};

/** The values that one field matches; undefined for a reversed range. */
const expand = (text: string, field: Field): ReadonlySet<number> | undefined => {
	const values = new Set<number>();
	for (const item of text.split(',')) {
		const [range = '', step = '1'] = item.split('/');
		const [first = '', last] = range.split('-');
		const from = range === '*' ? field.from : numberOf(first, field);
		const isOpen = range === '*' || (last === undefined && item.includes('/'));
		const to = isOpen ? field.to : numberOf(last ?? first, field);
		if (to < from) return undefined;
		for (let value = from; value <= to; value += Number(step)) values.add(value);
	}
	return values;
};

/** The message for an expression that is not a cron expression. */
export const cronMessage = 'cron must be a valid standard 5-field cron expression.';

/**
 * What is wrong with an expression that matches `cronPattern`: a reversed range, or days that none of its months has
 * (`0 0 30 2 *` never runs).
 */
export const cronFault = (expression: string): string | undefined => {
	const parts = expression.trim().split(/\s+/);
	const expanded = fields.map((field, index) => expand(parts[index] ?? '', field));
	if (parts.length !== fields.length || expanded.includes(undefined)) return cronMessage;
	const [, , dayOfMonth, month] = expanded;
	// If both day fields are restricted, either one is enough.
	if (!dayOfMonth || !month || !parts[4]!.startsWith('*')) return undefined;
	const happens = [...month].some(number => [...dayOfMonth].some(day => day <= longestMonths[number - 1]!));
	return happens ? undefined : 'cron never runs: none of its months has such a day.';
};
