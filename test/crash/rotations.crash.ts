import {test} from 'vitest';
import {withSandbox} from '../docker/cli.ts';
import {databaseClient, expectRotationSurvives} from '../docker/database-client.ts';

const sandbox = withSandbox(async ({describe, succeed}) => {
	describe({services: {web: databaseClient}, resources: {db: {preset: 'postgres'}}});
	await succeed(['deploy']);
});

test.each([
	'rotate.after-prepare',
	'apply.before-rotate',
	'apply.after-rotate',
	'candidate.after-ready',
	'switch.after-publish',
	'rotate.before-settle',
])('the password of a PostgreSQL still works after a rotation is killed at %s', point =>
	expectRotationSurvives(sandbox, point),
);
