import {longTests} from '../long-tests.ts';

/** `npm run soak`: what takes long because it waits, repeats, or starts many containers. */
export default longTests({include: ['test/soak/**/*.soak.ts'], maxWorkers: 2});
