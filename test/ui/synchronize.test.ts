import {expect, test} from 'vitest';
import {synchronize} from '../../source/ui/terminal/synchronize.ts';
import {createScreen} from './screen.ts';

const [begin, end] = ['\u001B[?2026h', '\u001B[?2026l'];
const answer = (state: number) => ({type: 'mode', mode: 2026, state}) as const;

function open(canAsk = true) {
	const {stdout, written} = createScreen();
	return {...synchronize(stdout, canAsk), written, again: () => synchronize(stdout, canAsk)};
}

test('the mode is used only once the terminal has said that it knows it', () => {
	const {stdout, written, onReport} = open();
	stdout.write(`${begin}one${end}`);
	expect(written()).toBe('one');
	onReport(answer(2));
	stdout.write(begin);
	stdout.write('two');
	stdout.write(end);
	expect(written()).toBe(`one${begin}two${end}`);
});

test.each([0, 4])('an answer of %d is a no', state => {
	const {stdout, written, onReport} = open();
	onReport(answer(state));
	onReport({type: 'mode', mode: 2027, state: 2});
	stdout.write(`${begin}one${end}`);
	expect(written()).toBe('one');
});

test('a terminal is asked once, and what it said counts for the next screen', () => {
	const {question, onReport, again} = open();
	expect(question()).toContain('\u001B[?2026$p');
	onReport(answer(1));
	const next = again();
	expect(next.question()).toBe('');
	const before = next.stdout;
	before.write(`${begin}x${end}`);
	expect(open(false).question()).toBe('');
});

test('the callback of a write that has nothing left is called', async () => {
	const {stdout} = open();
	await new Promise<void>(resolve => stdout.write(begin, () => resolve()));
});
