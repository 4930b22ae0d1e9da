import {expect, it} from 'vitest';
import {cronFault, cronPattern} from '../../source/descriptor/cron.ts';

const isCron = (expression: string): boolean => cronPattern.test(expression) && cronFault(expression) === undefined;

it.each([
	...['*/15 * * * *', '0 2 * * 1', '0 2 1 * *', '0 0 * * 0', '0 0 * * 7', '0/15 * * * *', '5-55/10 * * * *'],
	...['0,15,30,45 8-18 * * MON-FRI', '0 0 1 jan,Jul *', '00 09 01 01 *', '59 23 31 12 *', '0 0 29 2 *'],
	...['  0 2 * * 1  ', '0\t2 * *  1', '0 0 30 2 MON', '1-5,10-20/2 * * * *', '0 0 31 2,3 *'],
])('the expression %j is valid', expression => {
	expect(isCron(expression)).toBe(true);
});

it.each([
	...['', '* * * *', '* * * * * *', '@daily', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *', '* * * 0 *'],
	...['* * * 13 *', '* * * * 8', '*/0 * * * *', '*/61 * * * *', '5-1 * * * *', '* * * * FRI-MON', 'MON * * * *'],
	...['* * * FOO *', '1,,2 * * * *', ',1 * * * *', '1- * * * *', '-1 * * * *', '*/ * * * *', '1/2/3 * * * *'],
	...['* * L * *', '* * ? * *', '* * * * MON#1', '* * * * MONDAY', '1.5 * * * *', '000 * * * *', '*-5 * * * *'],
	...['0 0 30 2 *', '0 0 31 4,6,9,11 *', '0 0 31 feb */2'],
])('the expression %j is refused', expression => {
	expect(isCron(expression)).toBe(false);
});
