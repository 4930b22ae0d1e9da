/** What a long work is: the command of a backup, of a restore, or a whole verification. */
export type WorkKind = 'backup' | 'restore' | 'verify';

type Common = {
	/** Milliseconds since the epoch. */
	readonly at: number;
	readonly work: WorkKind;
	readonly resource: string;
	readonly backup: string;
};

/** What backups and restores say while they run. Foreign text is masked and not yet sanitised. */
export type WorkEvent =
	| (Common & {readonly type: 'work-started'})
	| (Common & {
			readonly type: 'work-progress';
			/** Written so far; null where nothing is written to /backup. */
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
