import {globSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {localEngineFiles, localEngineOnly} from '../docker/local-engine-only.ts';

it('every test that is not run through ssh exists, and has a reason', () => {
	const files = globSync('test/docker/*.test.ts');
	expect(files).toEqual(expect.arrayContaining([...localEngineFiles]));
	expect(Object.values(localEngineOnly).filter(reason => reason.length < 20)).toEqual([]);
	// Short, or the suite says nothing about engines on other machines.
	expect(localEngineFiles.length).toBeLessThan(files.length / 8);
	// Each of the others is used by its file.
	for (const name of Object.keys(localEngineOnly).filter(each => each.includes(':')))
		expect(readFileSync(`test/docker/${name.split(':')[0]}.test.ts`, 'utf8')).toContain(`isLeftOut('${name}')`);
});
