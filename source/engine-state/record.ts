import type {LockRecord} from '../state/lock.ts';

/** Reads the record of a lock's holder; undefined if there is none. Another machine wrote it. */
export function parseRecord(text: string): LockRecord | undefined {
	try {
		const found = JSON.parse(text) as Partial<Record<keyof LockRecord, unknown>>;
		if (typeof found.id !== 'string') return undefined;
		const {id, user, host, pid, operation, since} = found;
		return {
			id,
			user: String(user),
			host: String(host),
			pid: Number(pid),
			operation: String(operation),
			since: String(since),
		};
	} catch {
		return undefined;
	}
}
