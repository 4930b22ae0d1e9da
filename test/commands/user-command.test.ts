import {expect, test} from 'vitest';
import {onEnvironment} from '../../source/commands/user-command.ts';

test.each([
	['compartment exec db -- psql', 'compartment exec --env qa db -- psql'],
	['compartment logs web | grep error', 'compartment logs --env qa web | grep error'],
	['compartment resource backup list --json', 'compartment resource backup list --env qa --json'],
	['compartment status', 'compartment status --env qa'],
	['compartment logs --env staging', 'compartment logs --env staging'],
	['compartment settings list', 'compartment settings list'],
	['compartment status; compartment logs', 'compartment status --env qa; compartment logs --env qa'],
	['test -f x && compartment plan', 'test -f x && compartment plan --env qa'],
	['echo $(compartment open web)', 'echo $(compartment open --env qa web)'],
	['compartment apply --env qa; compartment apply', 'compartment apply --env qa; compartment apply --env qa'],
	['my-compartment status', 'my-compartment status'],
	['htop', 'htop'],
	['  compartment open web', 'compartment open --env qa web'],
])('%s acts on the environment that is open', (line, expected) => {
	expect(onEnvironment(line, 'qa')).toBe(expected);
});

test('production is the default and is not named', () => {
	expect(onEnvironment('compartment exec db -- psql', 'production')).toBe('compartment exec db -- psql');
});
