import {completionScript, type Shell} from '../../output/completion-scripts.ts';

/** `compartment completion SHELL`: prints the script that makes a shell complete command lines. */
export function completion(shell: Shell): void {
	process.stdout.write(completionScript(shell));
}
