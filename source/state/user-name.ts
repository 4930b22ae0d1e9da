import {userInfo} from 'node:os';

/** Name of the user who runs this process; `user 1000` where the id has no name, as in many containers. */
export function userName(): string {
	try {
		return userInfo().username;
	} catch {
		return `user ${process.getuid?.() ?? 'unknown'}`;
	}
}
