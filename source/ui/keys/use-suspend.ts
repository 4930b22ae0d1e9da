import {useApp, useStdout} from 'ink';
import {fullScreenModes} from '../parts/use-full-screen.ts';

/**
 * Hands the terminal back to the shell until `fg`. In raw mode ctrl-z is a key like any other, so what the terminal would
 * do by itself is done here: the whole process group stops, as a shell expects of its job.
 */
export function useSuspend(isInline: boolean): () => void {
	const {suspendTerminal} = useApp();
	const {stdout} = useStdout();
	const modes = isInline ? {on: '', off: ''} : fullScreenModes;
	return () => {
		// Windows has no such signal.
		if (process.platform === 'win32') return;
		void suspendTerminal(() => {
			stdout.write(modes.off);
			process.kill(0, 'SIGTSTP');
			stdout.write(modes.on);
		});
	};
}
