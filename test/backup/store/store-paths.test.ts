import {describe, expect, it} from 'vitest';
import {artifactFile, groupFiles, isComplete, manifestFile} from '../../../source/backup/store/store-paths.ts';
import {newId} from '../../../source/model/ids.ts';

const lineage = '01234567-89ab-cdef-0123-456789abcdef';
const place = {project: 'shop', environment: 'Über alles/../x', lineage, resource: 'db'};

describe('the files of a backup', () => {
	it('have plain names, whatever the environment is called', () => {
		const id = newId('rbak');
		for (const path of [artifactFile(place, id), manifestFile(place, id)])
			expect(path).toMatch(/^shop\/[a-z0-9-]+\/[0-9a-f-]{36}\/db\/rbak_\w{15}\.(tar\.gz|json)\.age$/);
	});

	it('are found again, newest first, and nothing else is', () => {
		const [old, half, young] = [newId('rbak', 1e12), newId('rbak', 1.1e12), newId('rbak', 1.2e12)];
		const other = {...place, environment: 'production'};
		const paths = [
			...[artifactFile(place, old), manifestFile(place, old), artifactFile(place, half), manifestFile(place, young)],
			...[artifactFile(place, young), artifactFile(other, old), manifestFile(other, old)],
			artifactFile(place, old).replace('db/', '../db/'),
			artifactFile(place, 'rbak_no'),
			artifactFile({...place, lineage: 'x'.repeat(36)}, old),
			`${artifactFile(place, old)}.tmp`,
			'README',
		];
		const found = groupFiles(
			place,
			paths.map(path => ({path, size: 1})),
		);
		expect(found.map(({id}) => id)).toEqual([young, half, old]);
		expect(found.map(isComplete)).toEqual([true, false, true]);
		expect(found[0]).toEqual({
			...{id: young, lineage, resource: 'db', manifest: manifestFile(place, young)},
			artifact: {path: artifactFile(place, young), size: 1},
		});
	});
});
