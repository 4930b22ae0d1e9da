import {expect, test} from 'vitest';
import {runScript} from '../../source/router/container.ts';
import {endMark} from '../../source/router/scripts.ts';

const run = (stdout: string, exitCode: number) =>
	runScript({exec: async () => ({stdout, stderr: '', exitCode})}, 'router', 'true');

test('a script that has printed its end mark has its exit code', async () => {
	expect(await run(`text\n${endMark}\n`, 75)).toEqual({stdout: 'text\n', stderr: '', exitCode: 75});
});

test.each([0, 126, 137])(
	'a script that was cut off has an unknown outcome, whatever its exit code (%i)',
	async code => {
		await expect(run('--- staged\n', code)).rejects.toMatchObject({name: 'EngineError', status: undefined});
	},
);

test('a script that the engine could not start has failed', async () => {
	const said = 'OCI runtime exec failed: exec failed: unable to start container process: "sh": not found';
	expect(await run(said, 126)).toMatchObject({exitCode: 126});
});
