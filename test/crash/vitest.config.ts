import {longTests} from '../long-tests.ts';

/** `npm run crash`: every failpoint. `npm test` runs test/docker/crash.test.ts instead. */
export default longTests({include: ['test/crash/**/*.crash.ts'], maxWorkers: 1});
