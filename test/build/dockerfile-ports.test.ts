import {expect, test} from 'vitest';
import {listExposedPorts} from '../../source/build/dockerfile-ports.ts';

test.each<[string, number[]]>([
	['FROM a\nEXPOSE 8080\nEXPOSE 80 8080', [8080, 80]],
	['FROM a\nexpose 53/udp 80/tcp 7000-7010 $PORT "90"', [80, 7000]],
	['FROM a\nEXPOSE \\\n  80 \\\n# EXPOSE 1\n  443', [80, 443]],
	['FROM a\nRUN <<EOF\nEXPOSE 1\nEOF\nEXPOSE 2', [2]],
	['FROM a AS build\nEXPOSE 1\nFROM b\nCOPY --from=build /a /a', []],
	['FROM a AS Base\nEXPOSE 1\nFROM b AS other\nEXPOSE 2\nFROM --platform=linux/amd64 base\nEXPOSE 3', [1, 3]],
	['FROM a AS base\nFROM base AS dev\nEXPOSE 9\nFROM base', []],
	['', []],
])('the image of %j exposes %j', (dockerfile, ports) => {
	expect(listExposedPorts(dockerfile)).toEqual(ports);
});
