import {expect, test} from 'vitest';
import {isKnownOutdated, wantedVersion} from '../../source/router/version.ts';

test.each([
	['3.0.11', true],
	['3.0.22-abcdef', true],
	['2.8.9', true],
	['3.0.11-1+deb13u1', true],
	['3.0.11-1+deb13u3', false],
	['3.0.11-1+deb13u10', false],
	[wantedVersion, false],
	['3.0.99', false],
	['3.2.1', false],
	['4.0.0', false],
])('isKnownOutdated(%s) is %s', (version, isOutdated) => {
	expect(isKnownOutdated(version)).toBe(isOutdated);
});
