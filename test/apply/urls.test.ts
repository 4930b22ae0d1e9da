import {expect, it} from 'vitest';
import {addressOf} from '../../source/state/urls.ts';

it('a service is shown at its domain if it has one, whichever host sorts first', () => {
	const settings = {routerPort: 9080, routerTlsPort: 9443, baseDomain: 'localhost'};
	const state = (hosts: Readonly<Record<string, string>>) => ({
		project: 'notes',
		environment: 'staging',
		routes: {hosts, rules: [], access: {}},
	});
	const own = {'notes-staging.localhost': 'web', 'api-notes-staging.localhost': 'api'};
	expect(addressOf(state(own), 'web', settings)).toBe('http://notes-staging.localhost:9080');
	for (const domain of ['a.example', 'z.example'])
		expect(addressOf(state({...own, [domain]: 'web'}), 'web', settings)).toBe(`http://${domain}:9080`);
	expect(addressOf(state(own), 'worker', settings)).toBeUndefined();
	expect(addressOf({...state({}), routes: null}, 'web', settings)).toBeUndefined();
});
