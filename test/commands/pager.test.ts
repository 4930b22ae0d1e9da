import {afterEach, expect, test, vi} from 'vitest';
import {openPager} from '../../source/console/open-pager.ts';

afterEach(() => vi.unstubAllEnvs());

// More than a pipe holds.
const long = 'a line of a long log\n'.repeat(100_000);

test.each(['true', 'cat >/dev/null', 'head -c 10 >/dev/null'])('the pager "%s" may be left at any time', pager => {
	vi.stubEnv('PAGER', pager);
	expect(openPager(long)).toBeUndefined();
});

test('a pager that does not exist is named, with what to set', () => {
	vi.stubEnv('PAGER', 'no-such-pager 2>/dev/null');
	expect(openPager(long)).toBe('The pager "no-such-pager 2>/dev/null" cannot be started: set PAGER');
});
