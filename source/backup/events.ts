/** Kind of work: the command of a backup or a restore, a whole verify, or a transfer to or from a store. */
export type WorkKind = 'backup' | 'restore' | 'verify' | 'upload' | 'download';

type Common = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly work: WorkKind;
	readonly resource: string;
	readonly backup: string;
};

/** Events of a backup, restore or verify. Text from containers is masked, but not sanitised. */
export type WorkEvent =
	| (Common & {readonly type: 'work-started'})
	| (Common & {
			readonly type: 'work-progress';
			/** Bytes written or transferred so far; null if the work does not write to /backup. */
			readonly bytes: number | null;
			readonly elapsedMs: number;
	  })
	| (Common & {readonly type: 'work-output'; readonly stream: 'stdout' | 'stderr'; readonly text: string})
	| (Common & {
			readonly type: 'work-finished';
			readonly status: 'succeeded' | 'failed';
			readonly bytes: number | null;
			readonly elapsedMs: number;
	  });

export type Notify = (event: WorkEvent) => void;
