import {expect, test} from 'vitest';
import {speakAgent, speakObject} from '../../source/dashboard/lines.ts';
import {agent, hostileEnvironment, looping, now, production} from '../ui/browse-data.ts';
import {expectHarmless} from '../ui/hostile.ts';

test('an object is one sentence, and the output of its failed attempt follows line by line', () => {
	const [web, api] = production.objects.map(speakObject);
	expect(web).toEqual([
		'service web: healthy, at http://notes.localhost:9080, its latest attempt failed: not ready within 30 s, last probe: GET /healthz → 503, exit code 1',
		'Last lines of web:',
		'connecting to db:5432',
		'Error: password authentication failed for user "app"',
		'End of the lines of web.',
	]);
	expect(api).toEqual([
		'service api: missing, at http://api-notes.localhost:9080, password required, changed outside Compartment: its container was removed',
	]);
});

test('a crash loop and the agent are sentences too', () => {
	expect(speakObject(looping.objects[0]!)).toEqual([
		'service mailer: crashing, in a crash loop: it ended 5 times in 10 minutes, exit code 1',
		'Last lines of mailer:',
		'starting',
		'Error: connect ECONNREFUSED db:5432',
		'End of the lines of mailer.',
	]);
	expect(speakAgent(looping, now)).toBe(
		'Agent for 2h, next: backup of db in 3h 0m, last: 5m ago service.web: started again.',
	);
	expect(speakAgent({agent: {...agent, isRunning: false, next: null, lastAction: null}}, now)).toBe(
		'The agent does not run.',
	);
	expect(speakAgent({agent: undefined})).toBeUndefined();
});

test('hostile text is sanitised', () => {
	expectHarmless(hostileEnvironment.objects.flatMap(speakObject).join('\n'));
});
