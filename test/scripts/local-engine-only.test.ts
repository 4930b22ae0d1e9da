import {globSync, readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {localEngineFiles, localEngineOnly} from '../docker/local-engine-only.ts';

it('every test that is not run through ssh exists, and has a reason', () => {
	const files = globSync('test/docker/*.{test,long}.ts');
	const found = localEngineFiles.map(pattern => globSync(pattern));
	expect(found.filter(({length}) => length !== 1)).toEqual([]);
	expect(Object.values(localEngineOnly).filter(reason => reason.length < 20)).toEqual([]);
	// Short, or the suite says nothing about engines on other machines.
	expect(localEngineFiles.length).toBeLessThan(files.length / 8);
	// Each of the others is used by its file.
	for (const name of Object.keys(localEngineOnly).filter(each => each.includes(':'))) {
		const [file = ''] = globSync(`test/docker/${name.split(':')[0]}.{test,long}.ts`);
		expect(readFileSync(file, 'utf8')).toContain(`isLeftOut('${name}')`);
	}
});
