import {test} from 'vitest';
import {withSandbox} from '../docker/cli.ts';
import {publicService} from '../docker/cli-server.ts';
import {expectCallsEnd} from '../docker/engine-calls.ts';

const sandbox = withSandbox(async opened => {
	opened.addService('web');
	opened.describe({services: {web: publicService('web')}});
	await opened.succeed(['deploy']);
});

// test/docker/cli-refusals.long.ts does the same with plan.
test.each(['status', 'logs', 'inspect'])('every engine call of %s ends, even if it is cut off or unanswered', command =>
	expectCallsEnd(sandbox, command),
);
