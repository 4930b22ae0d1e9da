import {useStdout} from 'ink';
import {useEffect} from 'react';
import type {Progress} from '../../output/events/progress.ts';
import {useScreenTerminal} from './screen-terminal.ts';

/** OSC 9;4: 1 is progress, 2 an error. A full screen clears it whenever it gives the terminal back. */
const progressOf = ({counts}: Pick<Progress, 'counts'>): string => {
	const over = counts.total - counts.waiting - counts.running;
	return `\u001B]9;4;${counts.failed > 0 ? 2 : 1};${Math.round((100 * over) / counts.total)}\u0007`;
};

export const noProgress = '\u001B]9;4;0;0\u0007';

/** Shows how far an apply is in the task bar or the tab of the terminal, if it knows that; undefined shows none. */
export function useProgress(progress: Pick<Progress, 'counts' | 'result'> | undefined): void {
	const {stdout} = useStdout();
	const {hasProgress} = useScreenTerminal();
	const isOver = !progress || progress.counts.total === 0 || progress.result?.outcome === 'done';
	const shown = isOver ? noProgress : progressOf(progress);
	useEffect(() => {
		if (hasProgress) stdout.write(shown);
	}, [stdout, hasProgress, shown]);
	useEffect(
		() => () => {
			if (hasProgress) stdout.write(noProgress);
		},
		[stdout, hasProgress],
	);
}
