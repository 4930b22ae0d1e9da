import {expect, it} from 'vitest';
import {refuseOtherWords} from '../../source/commands/other-words.ts';
import {UserError} from '../../source/errors.ts';
import {commandsIn, program} from './command-line.ts';

it.each(['secret', 'secrets', 'up', 'down', 'ps'])(
	"another tool's command %s is refused with what to use instead",
	word => {
		expect(() => refuseOtherWords(word)).toThrow(UserError);
		expect(() => refuseOtherWords(word)).toThrow(`there is no command "${word}"`);
	},
);

it('commands of Compartment and unknown words pass', () => {
	for (const word of [
		...new Set(commandsIn(program()).map(({name}) => name.split(' ')[0])),
		'applly',
		undefined,
		'toString',
	])
		expect(() => refuseOtherWords(word)).not.toThrow();
});
