import type {WorkEvent} from './events.ts';
import {backupFolder} from './operation-volume.ts';
import type {Work} from './work.ts';

const progressMs = 500;

/** Asking takes a tenth of a second of the engine. */
const askMs = 1500;

/** Reports how far a backup or a restore is, while it lasts. */
type Progress = {
	/** The bytes that were transferred. */
	readonly set: (bytes: number) => void;
	/** Asks a container now and then how much its command has written; undefined ends that. */
	readonly follow: (containerId: string | undefined) => void;
	readonly end: () => void;
};

/** What a command has written, in bytes; undefined if its container cannot tell. */
async function measure({context: {engine}}: Work, containerId: string): Promise<number | undefined> {
	const asked = await engine.exec(containerId, ['du', '-sk', backupFolder]).catch(() => undefined);
	const kilobytes = asked?.exitCode === 0 ? Number.parseInt(asked.stdout, 10) : Number.NaN;
	return Number.isNaN(kilobytes) ? undefined : kilobytes * 1024;
}

/** @param bytes what is reported before anything is known */
export function watchProgress(
	work: Work,
	common: Pick<WorkEvent, 'work' | 'resource' | 'backup'>,
	bytes: number | null,
): Progress {
	const startedAt = Date.now();
	let followed: string | undefined;
	const timer = setInterval(() => {
		const at = Date.now();
		work.notify({...common, type: 'work-progress', at, bytes, elapsedMs: at - startedAt});
	}, progressMs);
	const ask = (containerId: string) =>
		setTimeout(async () => {
			if (followed !== containerId) return;
			const written = await measure(work, containerId);
			if (followed !== containerId || written === undefined) return;
			bytes = written;
			ask(containerId);
		}, askMs).unref();
	return {
		set: transferred => {
			bytes = transferred;
		},
		follow: containerId => {
			followed = containerId;
			if (containerId !== undefined) ask(containerId);
		},
		end: () => {
			followed = undefined;
			clearInterval(timer);
		},
	};
}
