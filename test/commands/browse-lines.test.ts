import {expect, test} from 'vitest';
import {speakObject} from '../../source/dashboard/lines.ts';
import {hostileEnvironment, production} from '../ui/browse-data.ts';
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

test('hostile text is sanitised', () => {
	expectHarmless(hostileEnvironment.objects.flatMap(speakObject).join('\n'));
});
