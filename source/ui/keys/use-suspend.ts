import {useApp, useStdout} from 'ink';
import {fullScreenModes} from '../parts/use-full-screen.ts';
import {useScreenTerminal} from '../terminal/screen-terminal.ts';

/**
 * Suspends the program until `fg`. In raw mode ctrl-z is an ordinary key, so this does what the terminal would do: it
 * stops the whole process group, as the shell's job control expects.
 */
export function useSuspend(isInline: boolean): () => void {
	const {suspendTerminal} = useApp();
	const {stdout} = useStdout();
	const terminal = useScreenTerminal();
	return () => {
		// Windows has no such signal.
		if (process.platform === 'win32') return;
		const modes = isInline ? {on: '', off: ''} : fullScreenModes(terminal);
		void suspendTerminal(() => {
			stdout.write(modes.off);
			process.kill(0, 'SIGTSTP');
			stdout.write(modes.on);
		});
	};
}
